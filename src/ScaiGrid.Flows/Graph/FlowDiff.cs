using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>What one content of a flow has that another has not, part by part. Finished or not: it looks at what is written, not at what it means.</summary>
/// <param name="Fields">What changed beside nodes and edges, such as <c>config.core_identity.name</c>. <c>id</c> and <c>version</c> do not count.</param>
public sealed record FlowDiff(PartsDiff Nodes, PartsDiff Edges, IReadOnlyList<FieldChange> Fields)
{
    private const string NodesName = "nodes", EdgesName = "edges";

    public bool IsEmpty => Fields.Count == 0 && Nodes.IsEmpty && Edges.IsEmpty;

    public static FlowDiff Between(Value from, Value to)
    {
        var fields = new List<FieldChange>();
        CompareMembers(Rest(from), Rest(to), "", fields);
        return new(PartsDiff.Between(from[NodesName], to[NodesName]), PartsDiff.Between(from[EdgesName], to[EdgesName]), fields);
    }

    internal static void Compare(Value? from, Value? to, string path, List<FieldChange> changes)
    {
        if (from is { Kind: ValueKind.Object } before && to is { Kind: ValueKind.Object } after)
        {
            CompareMembers(before, after, path + ".", changes);
            if (path.Length > 0 && !Common(before, after).SequenceEqual(Common(after, before))) // of a part itself, or the whole content, it means nothing
            {
                changes.Add(new(path, from, to));
            }
        }
        else if (from is not { } old || to is not { } now || !old.IsWrittenLike(now))
        {
            changes.Add(new(path, from, to));
        }
    }

    private static void CompareMembers(Value from, Value to, string prefix, List<FieldChange> changes)
    {
        foreach (var (name, before) in from.Members)
        {
            Compare(before, to.Members.TryGetValue(name, out var after) ? after : (Value?)null, prefix + name, changes);
        }

        foreach (var (name, after) in to.Members.Where(m => !from.Members.TryGetValue(m.Key, out _)))
        {
            Compare(null, after, prefix + name, changes);
        }
    }

    private static IEnumerable<string> Common(Value mine, Value theirs) => mine.Members.Select(m => m.Key).Where(name => theirs.Members.TryGetValue(name, out _));

    private static Value Rest(Value content) => Value.Object(content.Members.Where(m => m.Key is not (NodesName or EdgesName or "id" or "version")));
}

/// <summary>What became of the nodes, or of the edges, known by their ids.</summary>
/// <param name="Added">Whole, as they are now.</param>
/// <param name="Removed">Whole, as they were.</param>
/// <param name="Reordered">Whether those that stayed stand in another order, which decides which conditional edge is tried first.</param>
public sealed record PartsDiff(IReadOnlyList<Value> Added, IReadOnlyList<Value> Removed, IReadOnlyList<PartChange> Changed, bool Reordered)
{
    public bool IsEmpty => Added.Count == 0 && Removed.Count == 0 && Changed.Count == 0 && !Reordered;

    internal static PartsDiff Between(Value from, Value to)
    {
        var (before, after) = (ById(from), ById(to));
        var changed = new List<PartChange>();
        foreach (var (key, part) in before)
        {
            var fields = new List<FieldChange>();
            if (after.TryGetValue(key, out var now) && !now.IsWrittenLike(part))
            {
                FlowDiff.Compare(part, now, "", fields);
            }

            if (fields.Count > 0)
            {
                changed.Add(new(key.Id, [.. fields.Select(f => f with { Path = f.Path.TrimStart('.') })]));
            }
        }

        return new(
            [.. after.Where(p => !before.ContainsKey(p.Key)).Select(p => p.Value)],
            [.. before.Where(p => !after.ContainsKey(p.Key)).Select(p => p.Value)],
            changed,
            !before.Keys.Where(after.ContainsKey).SequenceEqual(after.Keys.Where(before.ContainsKey)));
    }

    /// <summary>Drafts may hold an id twice: the first is compared with the first, the second with the second.</summary>
    private static OrderedDictionary<(string Id, int Nth), Value> ById(Value parts)
    {
        var byId = new OrderedDictionary<(string, int), Value>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in parts.Items)
        {
            var id = part["id"].AsString() ?? "";
            var nth = seen[id] = seen.GetValueOrDefault(id) + 1;
            byId.Add((id, nth), part);
        }

        return byId;
    }
}

/// <param name="Fields">By path within the part, such as <c>config.goal</c>; lists are compared whole, and so are objects whose members stand in another order.</param>
public sealed record PartChange(string Id, IReadOnlyList<FieldChange> Fields);

/// <param name="From">Null when it was not there.</param>
/// <param name="To">Null when it is not there any more.</param>
public sealed record FieldChange(string Path, Value? From, Value? To);
