using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Graph;

public sealed class FlowDiffTests
{
    private const string Flow = """
        {
          "id": "flow_1", "version": "1.0.0", "name": "One", "config": { "core_identity": { "name": "One", "models": [1, 2] } },
          "nodes": [{ "id": "a", "label": "A", "config": { "goal": "g", "x": null } }, { "id": "b" }],
          "edges": [{ "id": "e" }, { "id": "f" }]
        }
        """;

    [Fact]
    public void A_content_differs_in_nothing_from_itself_under_another_version() =>
        Assert.True(Diff(Flow, Flow.Replace("1.0.0", "1.0.1", StringComparison.Ordinal).Replace("flow_1", "flow_2", StringComparison.Ordinal)).IsEmpty);

    [Fact]
    public void Added_and_removed_parts_are_shown_whole()
    {
        var diff = Diff(Flow, """{ "nodes": [{ "id": "a", "label": "A", "config": { "goal": "g", "x": null } }, { "id": "c", "label": "C" }], "edges": [] }""");

        Assert.Equal("""{"id":"c","label":"C"}""", Assert.Single(diff.Nodes.Added).ToJson());
        Assert.Equal("""{"id":"b"}""", Assert.Single(diff.Nodes.Removed).ToJson());
        Assert.Equal(["e", "f"], diff.Edges.Removed.Select(e => e["id"].AsString()));
        Assert.Empty(diff.Nodes.Changed);
        Assert.False(diff.Nodes.Reordered);
    }

    [Fact]
    public void Changed_fields_are_named_by_path_with_what_they_were_and_are()
    {
        var diff = Diff(Flow, Flow
            .Replace("\"goal\": \"g\", \"x\": null", "\"goal\": \"h\", \"y\": [1]", StringComparison.Ordinal)
            .Replace("\"name\": \"One\", \"models\": [1, 2]", "\"name\": \"Two\", \"models\": [2, 1]", StringComparison.Ordinal));

        var node = Assert.Single(diff.Nodes.Changed);
        Assert.Equal("a", node.Id);
        Assert.Equal(["config.goal: \"g\" → \"h\"", "config.x: null → -", "config.y: - → [1]"], node.Fields.Select(Show));
        Assert.Equal(["config.core_identity.name: \"One\" → \"Two\"", "config.core_identity.models: [1,2] → [2,1]"], diff.Fields.Select(Show));
    }

    [Fact]
    public void A_part_that_becomes_something_else_is_changed_as_a_whole()
    {
        var change = Assert.Single(Diff("""{ "config": { "a": 1 } }""", """{ "config": 7 }""").Fields);

        Assert.Equal("config: {\"a\":1} → 7", Show(change));
    }

    [Fact]
    public void Another_order_of_members_is_a_change_of_the_whole_that_has_them()
    {
        const string before = """{ "nodes": [{ "id": "a", "config": { "assignments": { "x": "y", "y": "1" } } }], "variables": [{ "default": { "p": 1, "q": 2 } }] }""";

        var diff = Diff(before, """{ "nodes": [{ "config": { "assignments": { "y": "1", "x": "y" } }, "id": "a" }], "variables": [{ "default": { "q": 2, "p": 1 } }] }""");

        var node = Assert.Single(diff.Nodes.Changed);
        Assert.Equal(["config.assignments: {\"x\":\"y\",\"y\":\"1\"} → {\"y\":\"1\",\"x\":\"y\"}"], node.Fields.Select(Show));
        Assert.Equal(["variables: [{\"default\":{\"p\":1,\"q\":2}}] → [{\"default\":{\"q\":2,\"p\":1}}]"], diff.Fields.Select(Show));
    }

    [Fact]
    public void In_what_order_a_part_and_a_content_name_their_members_is_no_change() =>
        Assert.True(Diff("""{ "name": "N", "config": {}, "nodes": [{ "id": "a", "label": "A" }] }""", """{ "nodes": [{ "label": "A", "id": "a" }], "config": {}, "name": "N" }""").IsEmpty);

    [Fact]
    public void Another_order_is_seen()
    {
        var diff = Diff(Flow, Flow.Replace("""[{ "id": "e" }, { "id": "f" }]""", """[{ "id": "f" }, { "id": "e" }]""", StringComparison.Ordinal));

        Assert.True(diff.Edges.Reordered && !diff.Nodes.Reordered && !diff.IsEmpty);
        Assert.Empty(diff.Edges.Changed);
    }

    [Theory]
    [InlineData("""{ "nodes": [{ "id": "a", "n": 1 }, { "id": "a", "n": 2 }] }""", """{ "nodes": [{ "id": "a", "n": 1 }, { "id": "a", "n": 3 }] }""", 1)]
    [InlineData("""{ "nodes": [{ "n": 1 }, 7] }""", """{ "nodes": [{ "n": 2 }, 7] }""", 1)]
    [InlineData("""{ "nodes": 7 }""", "[]", 0)]
    public void Drafts_of_any_shape_are_compared(string from, string to, int changed) => Assert.Equal(changed, Diff(from, to).Nodes.Changed.Count);

    private static string Show(FieldChange change) => $"{change.Path}: {change.From?.ToJson() ?? "-"} → {change.To?.ToJson() ?? "-"}";

    private static FlowDiff Diff(string from, string to) => FlowDiff.Between(Value.FromJson(from), Value.FromJson(to));
}
