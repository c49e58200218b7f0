using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>
/// Reads one YAML document into nodes that know their lines. <c>${NAME}</c> in a value reads an environment variable; what it
/// holds is text and is never read as YAML. Anchors, aliases and tags are refused, and so are two members with one name.
/// </summary>
internal sealed partial class BootstrapYaml
{
    public const int MaxBytes = 1 << 20, MaxDepth = 32;

    // '{' and '}' end a plain value inside [ ] and { }, so a variable is written with characters of Unicode's private use
    // area while YAML is read. They keep every column where it was.
    private const char Open = '\uE000', Close = '\uE001';

    private readonly IParser _yaml;
    private readonly Func<string, string?> _environment;
    private readonly List<BootstrapFault> _faults;

    private BootstrapYaml(string text, Func<string, string?> environment, List<BootstrapFault> faults) =>
        (_yaml, _environment, _faults) = (new Parser(new StringReader(text)), environment, faults);

    /// <returns>Null when there is nothing in it, or nothing that can be read.</returns>
    public static MappingNode? Read(string text, Func<string, string?> environment, List<BootstrapFault> faults)
    {
        if (text.AsSpan().IndexOfAny(Open, Close) is >= 0 and var at)
        {
            faults.Add(new(1 + text.AsSpan(0, at).Count('\n'), "", "has a character of Unicode's private use area, which is not accepted here"));
            return null;
        }

        try
        {
            return new BootstrapYaml(Variable().Replace(text, $"${Open}$1{Close}"), environment, faults).Document();
        }
        catch (YamlException e)
        {
            faults.Add(new((int)e.Start.Line, "", $"is not YAML: {Restore(e.InnerException?.Message ?? e.Message)}"));
            return null;
        }
    }

    private MappingNode? Document()
    {
        _yaml.Consume<StreamStart>();
        if (!_yaml.TryConsume<DocumentStart>(out _))
        {
            return null;
        }

        var root = Value("", 0);
        _yaml.Consume<DocumentEnd>();
        if (_yaml.TryConsume<DocumentStart>(out var second))
        {
            _faults.Add(new((int)second.Start.Line, "", "begins a second document; the file is one"));
        }

        switch (root)
        {
            case MappingNode mapping:
                return mapping;
            case not ScalarNode { IsNull: true }:
                _faults.Add(new(root.Line, "", "must be a mapping of sections"));
                return null;
            default:
                return null;
        }
    }

    private Node Value(string path, int depth)
    {
        var next = _yaml.Consume<ParsingEvent>();
        var line = (int)next.Start.Line;
        if (depth > MaxDepth)
        {
            throw new YamlException(next.Start, next.End, $"nests deeper than {MaxDepth}");
        }

        if (next is NodeEvent { Anchor.IsEmpty: false } or NodeEvent { Tag.IsEmpty: false } or AnchorAlias)
        {
            _faults.Add(new(line, path, "uses an anchor, an alias or a tag, which are not accepted here"));
        }

        switch (next)
        {
            case Scalar scalar:
                return Resolve(scalar, path);
            case SequenceStart:
                var items = new List<Node>();
                while (!_yaml.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(Value($"{path}[{items.Count}]", depth + 1));
                }

                return new SequenceNode(line, items);
            case MappingStart:
                return Members(line, path, depth);
            default:
                return new ScalarNode(line, "", Plain: true);
        }
    }

    private MappingNode Members(int line, string path, int depth)
    {
        var members = new Dictionary<string, Node>(StringComparer.Ordinal);
        while (!_yaml.TryConsume<MappingEnd>(out _))
        {
            var first = Value(path, depth + 1);
            if (first is not ScalarNode name)
            {
                var mark = new Mark(0, first.Line, 1);
                throw new YamlException(mark, mark, "a member's name must be text");
            }

            var memberPath = path.Length == 0 ? name.Text : $"{path}.{name.Text}";
            if (!members.TryAdd(name.Text, Value(memberPath, depth + 1)))
            {
                _faults.Add(new(name.Line, memberPath, "is given twice"));
            }
        }

        return new(line, members);
    }

    private ScalarNode Resolve(Scalar scalar, string path)
    {
        var line = (int)scalar.Start.Line;
        var plain = scalar.Style == ScalarStyle.Plain;
        if (!scalar.Value.Contains(Open))
        {
            return new(line, scalar.Value, plain);
        }

        var text = Marked().Replace(scalar.Value, match =>
        {
            var name = match.Groups[1].Value;
            if (_environment(name) is { } value)
            {
                return value;
            }

            _faults.Add(new(line, path, $"the environment variable {name} is not set"));
            return match.Value;
        });
        return new(line, Restore(text), Plain: false);
    }

    private static string Restore(string text) => Marked().Replace(text, "$${$1}");

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Variable();

    [GeneratedRegex("\\$\uE000([A-Za-z_][A-Za-z0-9_]*)\uE001")]
    private static partial Regex Marked();
}
