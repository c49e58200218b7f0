using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>
/// Goes through a <see cref="RandomFlow"/> as it is drawn, edge by edge, without a compiler and without an engine. Slow, and
/// simple enough to be right.
/// </summary>
internal sealed partial class GraphWalk
{
    private readonly Dictionary<string, Value> _nodes;
    private readonly ILookup<string, Value> _edges;
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<string> _visits = [];
    private readonly Value _input;

    private GraphWalk(Value flow, Value input)
    {
        _nodes = flow["nodes"].Items.ToDictionary(node => node["id"].AsString()!);
        _edges = flow["edges"].Items.ToLookup(edge => edge["source"]["node"].AsString()!);
        _input = input;
    }

    /// <summary>The nodes that a run from the entry visits, in order.</summary>
    public static IReadOnlyList<string> Visits(Value flow, string entry, Value input)
    {
        var walk = new GraphWalk(flow, input);
        walk.From(walk.Next(entry, _ => true), null);
        return walk._visits;
    }

    private void From(string? node, string? until)
    {
        while (node is not null && node != until)
        {
            _visits.Add(node);
            node = Visit(node, _nodes[node]["config"], until);
        }
    }

    private string? Visit(string id, Value config, string? until)
    {
        switch (_nodes[id]["type"].AsString())
        {
            case "logic_loop" when config["style"].AsString() == "while":
                for (var i = 0; i < (config["max_iterations"].TryGetDecimal(out var most) ? most : 0) && Holds(config["condition"].AsString()!); i++)
                {
                    From(Next(id, port => port == "body"), null);
                }

                return Next(id, port => port == "done");
            case "logic_loop":
                for (var i = 0; i < config["collection"].AsString()!.Count(char.IsAsciiDigit); i++)
                {
                    _names[config["item"].AsString()!] = i;
                    From(Next(id, port => port == "body"), null);
                }

                return Next(id, port => port == "done");
            case "logic_parallel":
                var branches = _edges[id].Select(Target).ToArray();
                var join = Join(branches);
                Array.ForEach(branches, branch => From(branch, join ?? until));
                return join;
            case "data_variable_set":
                var counter = config["assignments"].Members.Keys.First();
                _names[counter] = _names.GetValueOrDefault(counter) + 1;
                return Next(id, _ => true);
            default:
                return Next(id, _ => true);
        }
    }

    private string? Next(string node, Func<string, bool> port)
    {
        var edges = _edges[node].Where(edge => port(edge["source"]["port"].AsString()!)).ToArray();
        var taken = Array.Find(edges, edge => edge["condition"].AsString() is { } condition && Holds(condition));
        taken = taken.IsNull ? Array.Find(edges, edge => edge["condition"].IsNull) : taken;
        return taken.IsNull ? null : Target(taken);
    }

    private bool Holds(string condition) => Comparison().Match(condition) is { Success: true } match
        ? match.Groups["operator"].Value == ">"
            ? _names.GetValueOrDefault(match.Groups["name"].Value) > int.Parse(match.Groups["number"].ValueSpan)
            : _names.GetValueOrDefault(match.Groups["name"].Value) < int.Parse(match.Groups["number"].ValueSpan)
        : condition == "true" || _input[condition["input.".Length..]].IsTruthy;

    /// <summary>Of the nodes that all branches lead to, the one that leads to all the others.</summary>
    private string? Join(string[] branches)
    {
        if (branches.Length < 2)
        {
            return null;
        }

        var common = branches.Select(Reach).Aggregate((a, b) => a.Intersect(b).ToHashSet());
        return common.FirstOrDefault(node => common.IsSubsetOf(Reach(node)));
    }

    private HashSet<string> Reach(string node)
    {
        var reached = new HashSet<string> { node };
        var open = new Stack<string>([node]);
        while (open.TryPop(out var from))
        {
            foreach (var to in _edges[from].Select(Target).Where(reached.Add))
            {
                open.Push(to);
            }
        }

        return reached;
    }

    private static string Target(Value edge) => edge["target"]["node"].AsString()!;

    [GeneratedRegex(@"^\(?(?<name>[ic]\d+)(?: \?\? 0\))? (?<operator>[<>]) (?<number>\d)$")]
    private static partial Regex Comparison();
}
