using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

public partial class SampleTests
{
    private static readonly Program Expenses = Load("samples/cores/approval-agent.yaml");

    [Theory]
    [InlineData("Taxi 48.20 EUR", "Approved: 48.2 is within the limit of 100.")]
    [InlineData("Lunch, €12,50", "Approved: 12.5 is within the limit of 100.")]
    [InlineData("100", "Approved: 100 is within the limit of 100.")]
    [InlineData("Please review this expense.", "Which amount is it?")]
    public async Task Small_expenses_are_approved_from_chat_and_a_missing_amount_is_asked_for(string message, string reply)
    {
        var run = await Expenses.RunAsync(input: Value.Object([new("message", message)]).ToJson());

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.StartsWith(reply, run.Output["response"].AsString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Laptop 1,200 EUR", "1200")]
    [InlineData("Laptop 1.200 EUR", "1200")]
    [InlineData("Laptop 1.200,99 EUR", "1200.99")]
    [InlineData("Laptop 1200. Thanks!", "1200")]
    public async Task Thousands_are_not_taken_for_cents(string message, string amount)
    {
        var run = await Expenses.RunAsync(input: Value.Object([new("message", message)]).ToJson());

        Assert.Equal($"Approve {amount} for: {message}?", Assert.Single(run.Checkpoints).Prompt);
    }

    [Theory]
    [InlineData("approve", "Approved: 1200.5.")]
    [InlineData("reject", "Rejected: 1200.5.")]
    public async Task Large_expenses_wait_for_a_person(string decision, string reply)
    {
        var suspended = await Expenses.RunAsync(input: """{"message": "Laptop 1,200.50 USD"}""");
        Assert.Equal("Approve 1200.5 for: Laptop 1,200.50 USD?", Assert.Single(suspended.Checkpoints).Prompt);

        var run = await Expenses.ResumeAsync(suspended.History, new CheckpointResolved("cp_1", decision));

        Assert.Equal(reply, run.Output["response"].AsString());
    }

    [Fact]
    public async Task An_amount_given_as_a_number_needs_no_reading() =>
        Assert.Equal(RunStatus.Suspended, (await Expenses.RunAsync(input: """{"amount": 100.01}""")).Status);

    [Fact]
    public async Task The_expense_desk_remembers_each_employee_and_takes_back_what_is_not_paid()
    {
        var desk = Load("samples/cores/expense-desk.yaml");
        var first = await RunAsync(desk, """{"employee": "ada", "amount": 900, "message": "Laptop"}""", Value.EmptyObject);
        var second = await RunAsync(desk, """{"employee": "ada", "amount": 200, "message": "Chair"}""", desk.Remember(first.Variables));
        var meanwhile = await RunAsync(desk, """{"employee": "ada", "message": "What have I spent?"}""", desk.Remember(second.Variables));

        var rejected = await Engine.ResumeAsync(
            desk, second.History, new ScriptedHost(), TestContext.Current.CancellationToken,
            new MemoryRead(desk.Recall(Value.FromJson("""{"total": 1150, "receipts": ["Laptop", "Chair", "Pens"]}""")), "r2"), new CheckpointResolved("cp_1", "reject"));

        Assert.Equal("ada: 1 receipts, 900 in all.", first.Output.AsString());
        Assert.Equal("ada has spent 1100 this month. Pay?", Assert.Single(second.Checkpoints).Prompt);
        Assert.Equal("ada: 2 receipts, 1100 in all.", meanwhile.Output.AsString());
        Assert.Equal("ada: 3 receipts, 950 in all.", rejected.Output.AsString());

        static Task<RunResult> RunAsync(Program desk, string input, Value memory) => Engine.RunAsync(
            desk, new("run_1", null, Value.FromJson(input), Value.EmptyObject, "ada", desk.Recall(memory)), new ScriptedHost(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Triage_answers_a_question_and_asks_a_person_about_a_refund()
    {
        var triage = Load("samples/cores/support-triage.yaml");
        var answered = await triage.RunAsync(
            new ScriptedHost().Answers("""{"intent": "question", "confidence": 0.9, "summary": "s"}""", "It is on its way."), """{"message": "Where?"}""");
        var suspended = await triage.RunAsync(
            new ScriptedHost().Answers("""{"intent": "refund", "confidence": 0.9, "summary": "s"}"""), """{"message": "Money back!"}""");
        var refunded = await triage.ResumeAsync(suspended.History, new CheckpointResolved("cp_1", "approve"));

        Assert.Equal("It is on its way.", answered.Output["response"].AsString());
        Assert.Equal("Refund? s", suspended.Checkpoints[0].Prompt);
        Assert.Equal("Your refund is on its way.", refunded.Output["response"].AsString());
    }

    [Fact]
    public void Every_example_of_the_reference_loads()
    {
        var examples = YamlBlock().Matches(File.ReadAllText(Path.Combine(Golden.Root, "docs/manifest.md"))).Select(m => m.Groups[1].Value).ToArray();

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var program = example.StartsWith("core:", StringComparison.Ordinal) ? Running.LoadManifest(example) : Running.Load(example);
            Assert.NotEmpty(program.Flows);
        }
    }

    [Fact]
    public void Every_code_is_in_the_reference()
    {
        var reference = File.ReadAllText(Path.Combine(Golden.Root, "docs/manifest.md"));
        var codes = typeof(ManifestCodes).GetFields().Concat(typeof(RunFaults).GetFields()).Select(f => (string)f.GetRawConstantValue()!);

        Assert.Empty(codes.Concat([Program.UnsupportedVersion, Program.UnsupportedStep]).Where(code => !reference.Contains($"`{code}`", StringComparison.Ordinal)));
    }

    private static Program Load(string path)
    {
        var text = File.ReadAllText(Path.Combine(Golden.Root, path));
        Assert.DoesNotContain(ManifestReader.Read(text).Diagnostics, d => d.Code == ManifestCodes.UnknownKey);
        return Running.LoadManifest(text);
    }

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
