using System.Collections.Frozen;

namespace ScaiGrid.Flows.Language;

/// <summary>The standard library, by name.</summary>
internal static class Functions
{
    private static readonly FrozenDictionary<string, Function> ByName = new Function[]
    {
        new("length") { IsProperty = true, OnText = TextFunctions.Length, OnArray = ArrayFunctions.Length, OnObject = ObjectFunctions.Length },
        new("is_empty")
        {
            IsProperty = true, OnNull = ObjectFunctions.IsEmpty, OnText = ObjectFunctions.IsEmpty, OnArray = ObjectFunctions.IsEmpty,
            OnObject = ObjectFunctions.IsEmpty,
        },
        new("contains", 1) { OnText = TextFunctions.Contains, OnArray = ArrayFunctions.Contains },
        new("slice", 1, 1) { OnText = TextFunctions.Slice, OnArray = ArrayFunctions.Slice },

        new("lower") { OnText = TextFunctions.Lower },
        new("upper") { OnText = TextFunctions.Upper },
        new("trim") { OnText = TextFunctions.Trim },
        new("trim_start") { OnText = TextFunctions.TrimStart },
        new("trim_end") { OnText = TextFunctions.TrimEnd },
        new("starts_with", 1) { OnText = TextFunctions.StartsWith },
        new("ends_with", 1) { OnText = TextFunctions.EndsWith },
        new("replace", 2) { OnText = TextFunctions.Replace },
        new("replace_first", 2) { OnText = TextFunctions.ReplaceFirst },
        new("split", 1) { OnText = TextFunctions.Split },
        new("index_of", 1) { OnText = TextFunctions.IndexOf },
        new("pad_start", 1, 1) { OnText = TextFunctions.PadStart },
        new("pad_end", 1, 1) { OnText = TextFunctions.PadEnd },
        new("repeat", 1) { OnText = TextFunctions.Repeat },
        new("matches", 1) { OnText = Glob.Matches },

        new("first") { IsProperty = true, OnArray = ArrayFunctions.First },
        new("last") { IsProperty = true, OnArray = ArrayFunctions.Last },
        new("map", 1) { TakesLambda = true, OnArray = LambdaFunctions.Map },
        new("filter", 1) { TakesLambda = true, OnArray = LambdaFunctions.Filter },
        new("all", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.All },
        new("any", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.Any },
        new("count", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.Count },
        new("sum", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.Sum },
        new("min", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.Min },
        new("max", 0, 1) { TakesLambda = true, OnArray = LambdaFunctions.Max },
        new("sort_by", 1) { TakesLambda = true, OnArray = LambdaFunctions.SortBy },
        new("join", 0, 1) { OnArray = ArrayFunctions.Join },
        new("unique") { OnArray = ArrayFunctions.Unique },
        new("flatten") { OnArray = ArrayFunctions.Flatten },

        new("keys") { OnObject = ObjectFunctions.Keys },
        new("values") { OnObject = ObjectFunctions.Values },
        new("has", 1) { OnObject = ObjectFunctions.Has },

        new("year") { IsProperty = true, OnText = DateFunctions.Year },
        new("month") { IsProperty = true, OnText = DateFunctions.Month },
        new("day") { IsProperty = true, OnText = DateFunctions.Day },

        new("round", 0, 1) { OnNumber = NumberFunctions.Round },
        new("floor") { OnNumber = NumberFunctions.Floor },
        new("ceil") { OnNumber = NumberFunctions.Ceil },
        new("abs") { OnNumber = NumberFunctions.Abs },
    }.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Function>.AlternateLookup<ReadOnlySpan<char>> BySpan = ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    public static IEnumerable<string> Names => ByName.Keys;

    public static Function? Find(ReadOnlySpan<char> name) => BySpan.TryGetValue(name, out var function) ? function : null;

    /// <summary>The name an author most likely meant: one that differs by at most two letters.</summary>
    public static string? Nearest(ReadOnlySpan<char> name)
    {
        string? nearest = null;
        var best = 3;
        foreach (var candidate in ByName.Keys)
        {
            if (name.Length <= 20 && Distance(name, candidate) is var distance && (distance < best || distance == best && string.CompareOrdinal(candidate, nearest) < 0))
            {
                (nearest, best) = (candidate, distance);
            }
        }

        return best < 3 && best < name.Length ? nearest : null;
    }

    /// <summary>Letters to add, drop or change (Levenshtein).</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var above = row[j + 1];
                row[j + 1] = Math.Min(Math.Min(above, row[j]) + 1, diagonal + (a[i] == b[j] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
