using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>Reads the steps of one flow: lists within lists, the ids they share, and the names they bind and use.</summary>
internal sealed partial class StepReader(ManifestReport report, IReadOnlySet<string> roles, string? queueScope)
{
    public const int MaxNesting = 32;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly NameCheck _names = new();

    /// <summary>Of the list being read: the index that each id stands for, the step it is at, and how many there are.</summary>
    private Dictionary<string, int> _targets = new(StringComparer.Ordinal);
    private int _index;
    private int _length;
    private int _depth;

    public ManifestReport Report => report;

    /// <summary>Names that expressions can read from now on, or from before: a list may be entered more than once.</summary>
    public NameCheck Names => _names;

    /// <summary>Where the queues of a step are that names no scope of its own.</summary>
    public string? QueueScope => queueScope;

    public bool HasRole(string role) => roles.Contains(role);

    public bool HasAnyRole => roles.Count > 0;

    public IReadOnlyList<Step> ReadList(ManifestNode list, string path)
    {
        var outer = (_targets, _index, _length, report.NodeId);
        var items = list.Items().ToArray();
        if (list.Value.Kind == ValueKind.Array && items.Length == 0)
        {
            list.Error(ManifestCodes.Missing, "At least one step is required.");
        }

        if (++_depth > MaxNesting)
        {
            list.Error(ManifestCodes.Nesting, $"Steps nest deeper than {MaxNesting} levels.");
            items = [];
        }

        (_targets, _length) = (Targets(items), items.Length);
        var steps = new List<Step>(items.Length);
        for (_index = 0; _index < items.Length; _index++)
        {
            if (Read(items[_index], $"{path}[{_index}]") is { } step)
            {
                steps.Add(step);
            }
        }

        (_targets, _index, _length, report.NodeId) = outer;
        _depth--;
        return steps;
    }

    /// <summary>What a <c>next</c> means: an id of a later step of the same list, or <c>null</c> for the end of the list.</summary>
    public int Target(ManifestNode? next)
    {
        if (next is null)
        {
            return _index + 1;
        }

        if (next.Value.IsNull)
        {
            return _length;
        }

        if (next.Text() is not { } id)
        {
            return _length;
        }

        if (!_targets.TryGetValue(id, out var target))
        {
            next.Error(ManifestCodes.Target, $"No step of this list has the id '{id}'.");
            return _length;
        }

        if (target <= _index)
        {
            next.Error(ManifestCodes.Target, $"'{id}' does not come later in the list; to repeat steps use 'while' or 'foreach'.");
        }

        return target;
    }

    private Step? Read(ManifestNode node, string path)
    {
        if (!node.IsObject())
        {
            return null;
        }

        var id = Id(node, path);
        var meta = node.Member("meta")?.Value ?? default;
        report.NodeId = meta["node_id"].AsString() ?? id;
        if (!_ids.Add(id))
        {
            node.Error(ManifestCodes.Duplicate, $"Another step of this flow has the id '{id}'.");
        }

        node.WarnOfUnknownKeys(ManifestShape.Step);
        var keywords = node.Value.Members.Keys.Where(StepKinds.IsKeyword).ToArray();
        if (keywords.Length != 1)
        {
            node.Error(ManifestCodes.Keyword, keywords.Length == 0
                ? "A step needs one keyword that says what it does, such as llm_turn, rigid or checkpoint."
                : $"A step has one keyword; this one has {string.Join(", ", keywords)}.");
            return null;
        }

        var body = node.Member(keywords[0])!;
        var result = node.Given("result") is { } given ? given.Name() : node.IsFree(id) ? id : null;
        _names.Define(result ?? id);
        var read = StepKinds.Find(keywords[0]);
        return read(this, new(id, keywords[0], path, result ?? id, Target(node.Member("next")), meta) { Emit = Emit.Read(this, node.Given("emit")) }, node, body);
    }

    private static Dictionary<string, int> Targets(ManifestNode[] items)
    {
        var targets = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Value["id"].AsString() is { } id)
            {
                targets.TryAdd(id, i);
            }
        }

        return targets;
    }

    /// <summary>The id as written, else the flow node's, else one made of the path: <c>steps_2_branches_0_steps_1</c>.</summary>
    private static string Id(ManifestNode node, string path)
    {
        if (node.Given("id") is { } given && given.Text() is { } id)
        {
            if (!ManifestNode.TokenText.IsMatch(id))
            {
                given.Error(ManifestCodes.Name, $"'{id}' is not an id: letters, digits, '_', '-' and '.', at most 128.");
            }

            return id;
        }

        return node.Value["meta"]["node_id"].AsString() ?? NotWord().Replace(path, "_").Trim('_');
    }

    [GeneratedRegex(@"\W+")]
    private static partial Regex NotWord();
}
