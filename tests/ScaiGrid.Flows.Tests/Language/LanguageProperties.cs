using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class LanguageProperties
{
    [Fact]
    public void Any_text_parses_or_has_faults_within_it() =>
        Generated.ForAll(Generated.Damage(Generated.Damage(Generated.Damaged)), CheckParsing);

    [Fact]
    public void Generated_expressions_parse() =>
        Generated.ForAll(Generated.Expression, text => Assert.Empty(Expression.TryParse(text, out _, out var faults) ? [] : faults));

    [Fact]
    public void Evaluation_gives_a_value_that_JSON_can_hold_or_a_fault_within_the_text() => Generated.ForAll(Generated.Expression, text =>
    {
        if (Evaluating.Evaluate(text).Succeeded(out var value, out var fault))
        {
            Assert.Equal(value, Value.FromJson(value.ToJson()));
        }
        else
        {
            Assert.InRange(fault.Position.Offset, 0, text.Length - 1);
        }
    });

    [Fact]
    public void The_same_text_gives_the_same_result_every_time() => Generated.ForAll(Generated.Expression, text =>
    {
        var (first, second) = (Evaluating.Parse(text), Evaluating.Parse(text));
        first.Evaluate(Evaluating.Scope).Succeeded(out var a, out var fault);
        Parallel.For(0, 4, _ =>
        {
            second.Evaluate(Evaluating.Scope).Succeeded(out var b, out var other);
            Assert.Equal((a, fault), (b, other));
        });
        Assert.Equal(first.FreeNames, second.FreeNames);
    });

    [Fact]
    public void Only_free_names_are_read() => Generated.ForAll(Generated.Expression, text =>
    {
        var expression = Evaluating.Parse(text);
        var named = ObjectValue.From(Evaluating.Sample.Members.Where(m => expression.FreeNames.Contains(m.Key)));
        expression.Evaluate(Evaluating.Scope).Succeeded(out var a, out _);
        expression.Evaluate(Scope.From(named, Evaluating.Now)).Succeeded(out var b, out _);
        Assert.Equal(a, b);
    });

    [Fact]
    public void White_space_around_an_expression_changes_nothing() => Generated.ForAll(Generated.Expression, text =>
    {
        Evaluating.Evaluate(text).Succeeded(out var a, out var fault);
        Evaluating.Evaluate($"\n ( {text} ) ").Succeeded(out var b, out var other);
        Assert.Equal((a, fault?.Code, fault?.Message), (b, other?.Code, other?.Message));
    });

    [Fact]
    public void A_template_of_one_hole_is_the_expression() => Generated.ForAll(Generated.Expression, text =>
    {
        Assert.True(Template.TryParse($"{{{{{text}}}}}", out var template, out _));
        Evaluating.Evaluate(text).Succeeded(out var a, out var fault);
        template.Render(Evaluating.Scope).Succeeded(out var b, out var other);
        Assert.Equal((a, fault?.Code), (b, other?.Code));
    });

    [Fact]
    public void Text_without_holes_renders_as_it_is() => Generated.ForAll(Generated.AnyValue, value =>
    {
        var text = value.ToText().Replace("{{", "{", StringComparison.Ordinal);
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            Assert.True(Template.TryParse(text, out var template, out _));
            Assert.Equal(text, Evaluating.Result(template.Render(Scope.Empty)).AsString());
        }
    });

    [Fact]
    public void Any_value_is_a_template_or_has_faults() => Generated.ForAll(Generated.AnyValue, value =>
    {
        if (ValueTemplate.TryParse(value, out var template, out var faults))
        {
            Assert.Empty(faults);
            template.Render(Evaluating.Scope).Succeeded(out var rendered, out _);
            Assert.True(!template.IsConstant || rendered == value);
        }
        else
        {
            Assert.NotEmpty(faults);
        }
    });

    private static void CheckParsing(string text)
    {
        if (Expression.TryParse(text, out var expression, out var faults))
        {
            expression.Evaluate(Evaluating.Scope).Succeeded(out _, out _);
            Assert.Empty(faults);
        }
        else
        {
            Assert.NotEmpty(faults);
            Assert.All(faults, fault => Assert.InRange(fault.Position.Offset, 0, text.Length));
        }

        Assert.NotEqual(Template.TryParse("a {{" + text + "}} b", out _, out faults), faults.Count > 0);
        Assert.NotEqual(Template.TryParse(text, out _, out faults), faults.Count > 0);
        Assert.NotEqual(OutputType.TryParse(text, out _, out var typeFaults), typeFaults.Count > 0);
    }
}
