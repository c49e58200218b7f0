using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("{ single } }} ${name} \\n \"quotes\"")]
    public void Text_without_holes_is_returned_as_it_is(string text)
    {
        var template = Parse(text);
        Assert.True(template.IsConstant);
        Assert.Empty(template.FreeNames);
        Assert.Equal(text, Evaluating.Result(template.Render(Scope.Empty)).AsString());
    }

    [Theory]
    [InlineData("{{name}}", "\"Ada\"")]
    [InlineData("{{ amount }}", "12.50")]
    [InlineData("{{numbers}}", "[3,1,2]")]
    [InlineData("{{none}}", "null")]
    [InlineData("{{unknown.member}}", "null")]
    [InlineData("{{'{{'}}", "\"{{\"")]
    [InlineData("{{ {a: {b: 1}} }}", "{\"a\":{\"b\":1}}")]
    [InlineData("{{{a: {b: 1}}}}", "{\"a\":{\"b\":1}}")]
    [InlineData("{{ '}}' }}", "\"}}\"")]
    [InlineData("{{ '${ {a: '}}'}.a }' }}", "\"}}\"")]
    public void A_lone_hole_yields_the_value_itself(string text, string json)
    {
        var template = Parse(text);
        Assert.False(template.IsConstant);
        Assert.Equal(json, Evaluating.Result(template.Render(Evaluating.Scope)).ToJson());
    }

    [Theory]
    [InlineData(" {{numbers}}", " [3,1,2]")]
    [InlineData("{{amount}}\n", "12.50\n")]
    [InlineData("{{name}}{{name}}", "AdaAda")]
    [InlineData("{{name}} has {{items.length}}: {{items.map(i => i.name).join()}}.", "Ada has 3: pen, ink, cap.")]
    [InlineData("a{{none}}b{{true}}c{{ {x: 1} }}", "abtruec{\"x\":1}")]
    [InlineData("{{ '{{' }}name}}", "{{name}}")]
    [InlineData("100% {{ 'ä' }} 😀", "100% ä 😀")]
    public void Among_text_a_hole_shows_its_value_as_text(string text, string expected) =>
        Assert.Equal(expected, Evaluating.Result(Parse(text).Render(Evaluating.Scope)).AsString());

    [Fact]
    public void Free_names_and_the_clock_are_those_of_all_holes()
    {
        var template = Parse("{{a}} {{b.map(x => x + c)}} {{now()}} {{a}}");
        Assert.Equal(["a", "b", "c"], template.FreeNames);
        Assert.True(template.ReadsClock);
    }

    [Theory]
    [InlineData("a {{", 1, 5, "Expected an expression, found the end.")]
    [InlineData("a {{}} b", 1, 5, "Expected an expression, found '}'.")]
    [InlineData("a\n{{ b", 2, 5, "Expected '}}'.")]
    [InlineData("{{ b } }", 1, 6, "Expected '}}'.")]
    [InlineData("{{ b c }}", 1, 6, "Expected an operator or the end, found 'c'.")]
    [InlineData("{{ 'b }}", 1, 4, "The string has no closing quote.")]
    public void A_faulty_hole_is_reported_where_it_is_in_the_text(string text, int line, int column, string message)
    {
        Assert.False(Template.TryParse(text, out var template, out var faults));
        Assert.Null(template);
        var fault = Assert.Single(faults);
        Assert.Equal((message, line, column), (fault.Message, fault.Position.Line, fault.Position.Column));
    }

    [Fact]
    public void Every_faulty_hole_is_reported()
    {
        Assert.False(Template.TryParse("{{ a + }} {{ ok }}\n{{ b. }} {{ c.lowr() }}", out _, out var faults));
        Assert.Equal(["1:8", "2:7", "2:15"], faults.Select(f => f.Position.ToString()));
    }

    [Fact]
    public void A_fault_of_rendering_names_its_place_in_the_text()
    {
        Assert.False(Parse("Hello\n{{name}} {{ 1 / zero }}").Render(Evaluating.Scope).Succeeded(out _, out var fault));
        Assert.Equal((EvaluationFault.DivisionByZero, new Position(2, 15, 20)), (fault.Code, fault.Position));
    }

    [Fact]
    public void Strings_at_any_depth_of_a_value_are_templates()
    {
        var value = Value.FromJson("""{"to": "{{name}}", "n": 1, "list": ["{{numbers}}", "id {{order.id}}", null], "{{name}}": {"plain": "text", "at": "{{now()}}"}}""");
        Assert.True(ValueTemplate.TryParse(value, out var template, out _));
        Assert.False(template.IsConstant);
        Assert.True(template.ReadsClock);
        Assert.Equal(["name", "numbers", "order"], template.FreeNames.Order());
        Assert.Equal(
            Value.FromJson("""{"to": "Ada", "n": 1, "list": [[3,1,2], "id 7", null], "{{name}}": {"plain": "text", "at": "2026-01-15T10:30:00Z"}}"""),
            Evaluating.Result(template.Render(Evaluating.Scope)));
    }

    [Theory]
    [InlineData("""{"a": ["x", {"b": 1}], "c": null}""")]
    [InlineData("\"text\"")]
    [InlineData("5")]
    public void A_value_without_holes_is_returned_as_it_is(string json)
    {
        Assert.True(ValueTemplate.TryParse(Value.FromJson(json), out var template, out _));
        Assert.True(template.IsConstant);
        Assert.Equal(Value.FromJson(json), Evaluating.Result(template.Render(Scope.Empty)));
    }

    [Fact]
    public void Every_faulty_string_is_reported_by_its_path()
    {
        var value = Value.FromJson("""{"a": "{{ + }}", "list": [{"b": "{{ x. }} {{ y. }}"}, "{{ok}}"]}""");
        Assert.False(ValueTemplate.TryParse(value, out _, out var faults));
        Assert.Equal(["a 1:4", "list[0].b 1:7", "list[0].b 1:16"], faults.Select(f => $"{f.Path} {f.Fault.Position}"));
        Assert.False(ValueTemplate.TryParse("{{", out _, out faults));
        Assert.Equal("", Assert.Single(faults).Path);
    }

    [Fact]
    public void A_fault_of_rendering_a_value_names_the_path_once()
    {
        Assert.True(ValueTemplate.TryParse(Value.FromJson("""{"list": [{"b": "{{ [1 / zero] }}"}]}"""), out var template, out _));
        Assert.False(template.Render(Evaluating.Scope).Succeeded(out _, out var fault));
        Assert.Equal(("list[0].b: Division by zero.", new Position(1, 7, 6)), (fault.Message, fault.Position));
    }

    [Fact]
    public void Lambdas_in_several_strings_do_not_disturb_each_other()
    {
        Assert.True(ValueTemplate.TryParse(Value.FromJson("""["{{numbers.map(x => numbers.map(y => x))[0]}}", "{{numbers.map(z => z)}}"]"""), out var template, out _));
        Assert.Equal("[[3,3,3],[3,1,2]]", Evaluating.Result(template.Render(Evaluating.Scope)).ToJson());
    }

    [Fact]
    public void A_value_too_deep_is_a_fault_and_one_rendering_shares_its_limits()
    {
        Assert.False(ValueTemplate.TryParse(Value.FromJson(new string('[', 70) + new string(']', 70)), out _, out var faults));
        Assert.Equal("The value nests deeper than 64.", Assert.Single(faults).Fault.Message);

        var parts = Value.Array([.. Enumerable.Repeat((Value)"{{'a'.repeat(1000000)}}", 5)]);
        Assert.True(ValueTemplate.TryParse(parts, out var template, out _));
        Assert.False(template.Render(Scope.Empty).Succeeded(out _, out var fault));
        Assert.Equal(EvaluationFault.LimitSize, fault.Code);
    }

    private static Template Parse(string text) =>
        Template.TryParse(text, out var template, out var faults) ? template : throw new InvalidOperationException(faults[0].Message);
}
