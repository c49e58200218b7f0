using System.Text;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>A flow's graph as its author sent it, with the two members that are the server's: <c>id</c> and <c>version</c>.</summary>
internal static class FlowContent
{
    public const int MaxBytes = 5 << 20;

    private static readonly SemVer First = SemVer.Of(1, 0, 0);

    /// <summary>The version that a new flow begins with: what its author wrote, else 1.0.0.</summary>
    public static SemVer FirstVersionOf(Value content) => SemVer.TryParse(content["version"].AsString(), null, out var version) ? version : First;

    /// <summary>
    /// What an author sent, with the id and version that the server says and a name where there is none. Anything but an object stays what it is.
    /// </summary>
    /// <param name="version">Null = a new flow's, which is its author's to say.</param>
    public static Value Complete(Value content, Id<Flow> id, string name, SemVer? version = null) => content.Kind != ValueKind.Object ? content : With(
        content,
        new("id", id.Value),
        new("name", content["name"].IsNull ? name : content["name"]),
        new("version", version is { } known ? known.ToString() : content["version"].IsNull ? First.ToString() : content["version"]));

    /// <summary>What must be right of a flow before it can be kept, and no more: authors keep unfinished work.</summary>
    public static IEnumerable<Fault> FaultsOf(Value content)
    {
        if (content.Kind != ValueKind.Object)
        {
            return [new("content", "must be an object")];
        }

        var faults = FlowReader.Read(WithoutGaps(content)).Diagnostics.Where(d => d.Severity == Severity.Error && !IsUnfinished(d))
            .Select(d => new Fault(d.Path.Length == 0 ? "content" : $"content.{d.Path}", $"{d.Code}: {d.Message}")).ToList();
        if (faults.TrueForAll(f => f.Field != "content.version") && !SemVer.TryParse(content["version"].AsString(), null, out _))
        {
            faults.Add(new("content.version", $"must be a semantic version of at most {SemVer.MaxLength} characters, such as 1.0.3"));
        }

        return faults;
    }

    /// <summary>A node that was just drawn has no settings yet, and a conditional edge no condition.</summary>
    private static Value WithoutGaps(Value content)
    {
        static Value Fill(Value list, string name, Value with) => list.Kind != ValueKind.Array ? list
            : Value.Array([.. list.Items.Select(item => item.Kind == ValueKind.Object && item[name].IsNull ? With(item, KeyValuePair.Create(name, with)) : item)]);

        return Value.Object(content.Members.Select(m => KeyValuePair.Create(m.Key, m.Key switch
        {
            "nodes" => Fill(m.Value, "config", Value.EmptyObject),
            "edges" => Fill(m.Value, "condition", "true"),
            _ => m.Value,
        })));
    }

    /// <summary>Settings that are missing or not right yet. What is there must be of the right type all the same.</summary>
    private static bool IsUnfinished(Diagnostic diagnostic) => diagnostic.Code != FlowCodes.WrongType
        && (diagnostic.NodeId is not null && diagnostic.Path.Contains("].config", StringComparison.Ordinal) || diagnostic.Path.EndsWith("].condition", StringComparison.Ordinal));

    /// <summary>The content as it is stored.</summary>
    public static Value Stamp(Value content, Id<Flow> id, SemVer version) => With(content, new("id", id.Value), new("version", version.ToString()));

    /// <summary>
    /// The same for contents that differ in nothing but the server's members and the order in which the content, a node or an edge names its own. Further
    /// down the order of members has a meaning: assignments are made one after the other.
    /// </summary>
    public static string DigestOf(Value content) => CanonicalJson.Digest(
        Sorted(content.Members.Where(m => m.Key is not ("id" or "version")).Select(m => KeyValuePair.Create(m.Key, m.Key is "nodes" or "edges" ? SortedParts(m.Value) : m.Value))),
        keepOrder: true);

    private static Value SortedParts(Value parts) => parts.Kind != ValueKind.Array ? parts
        : Value.Array([.. parts.Items.Select(part => part.Kind == ValueKind.Object ? Sorted(part.Members) : part)]);

    private static Value Sorted(IEnumerable<KeyValuePair<string, Value>> members) => Value.Object(members.OrderBy(m => m.Key, StringComparer.Ordinal));

    public static ObjectKey KeyOf(Id<Tenant> tenant, Id<Flow> flow, SemVer version) => ObjectKey.Of("flows", tenant.Value, flow.Value, $"v{version}.flow.json");

    /// <summary>The content that a row names.</summary>
    public static async Task<Value> ReadAsync(IObjectStore objects, string key, CancellationToken ct) =>
        await objects.GetAsync(ObjectKey.Parse(key, null), ct) is { } bytes
            ? Value.FromJson(Encoding.UTF8.GetString(bytes))
            : throw new InvalidOperationException($"The object '{key}' is gone, and a row names it.");

    /// <summary>Sets members in the places that they have, or else in front.</summary>
    private static Value With(Value content, params KeyValuePair<string, Value>[] members)
    {
        var (mine, theirs) = (members.ToDictionary(), content.Members);
        return Value.Object(members.Where(m => !theirs.TryGetValue(m.Key, out _)).Concat(theirs.Select(m => KeyValuePair.Create(m.Key, mine.GetValueOrDefault(m.Key, m.Value)))));
    }
}
