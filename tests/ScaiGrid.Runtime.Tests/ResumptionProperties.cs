using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests;

/// <summary>Random programs in a world that answers by a fixed rule: where a run is interrupted must not make a difference.</summary>
public class ResumptionProperties
{
    [Fact]
    public void A_run_interrupted_after_any_event_ends_as_one_that_was_not() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Programs.ToArbitrary(), steps => InterruptedEverywhereAsync(steps).GetAwaiter().GetResult()));

    [Fact]
    public void The_same_world_gives_the_same_history() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Programs.ToArbitrary(), steps => SameTwiceAsync(steps).GetAwaiter().GetResult()));

    private static async Task<bool> InterruptedEverywhereAsync(string steps)
    {
        var program = Running.Load(steps);
        var straight = await PlayAsync(program);
        for (var kept = 1; kept <= straight.History.Events.Count; kept++)
        {
            var journal = new RunHistory([.. straight.History.Events.Take(kept)]).ToJson();
            Assert.True(RunHistory.TryParse(journal, out var history, out var error), error);
            var world = new World($"r{kept}_");
            var resumed = await PlayAsync(program, await program.ResumeAsync(history, null, world), world);
            Assert.True(Summary(straight) == Summary(resumed), $"Interrupted after {kept} events of:\n{steps}\n{Summary(straight)}\n{Summary(resumed)}");
        }

        return true;
    }

    private static async Task<bool> SameTwiceAsync(string steps)
    {
        var program = Running.Load(steps);
        var one = await PlayAsync(program);
        var two = await PlayAsync(program);
        var replayed = await program.ResumeAsync(one.History, null, new ScriptedHost());
        return one.History.ToJson() == two.History.ToJson() && Summary(one) == Summary(replayed) && Traced(one) == Traced(replayed);
    }

    private static async Task<RunResult> PlayAsync(Program program)
    {
        var world = new World("s");
        return await PlayAsync(program, await program.RunAsync(world), world);
    }

    /// <summary>Resolves what waits, the first first, each suspension through the JSON of its history.</summary>
    private static async Task<RunResult> PlayAsync(Program program, RunResult run, World world)
    {
        while (run.Status == RunStatus.Suspended)
        {
            Assert.True(RunHistory.TryParse(run.History.ToJson(), out var history, out var error), error);
            run = await program.ResumeAsync(history, Next(run), world);
        }

        return run;
    }

    private static RunEvent Next(RunResult run) => run.Checkpoints is [var open, ..]
        ? new CheckpointResolved(open.Id, World.Decide(open))
        : new EffectPerformed(run.Waiting[0].StepPath, run.Waiting[0].Attempt, World.OutcomeOf(run.Waiting[0]));

    /// <summary>Which of two branches first sets its variable is a matter of who is answered first: their order does not count.</summary>
    private static string Summary(RunResult run) =>
        $"{run.Status} {run.Output.ToJson()} {run.Fault?.Code} {run.Fault?.StepPath} {string.Join(' ', run.Variables.Members.Order(ByName))} {run.Usage}";

    private static Comparer<KeyValuePair<string, Value>> ByName { get; } =
        Comparer<KeyValuePair<string, Value>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key));

    private static string Traced(RunResult run) =>
        string.Join('\n', run.Trace.Select(t => $"{t.Path} {t.Kind} {t.Status} {t.StartedAt:O} {t.FinishedAt:O} {t.Result} {t.Fault}"));

    /// <summary>Lists of steps, three deep at most. Each variable is set in one place, so that no two branches race for it.</summary>
    private static Gen<string> Programs { get; } =
        from size in Gen.Choose(1, 5)
        from seeds in Gen.Choose(0, int.MaxValue - 1).ListOf(60)
        select new ProgramWriter(new Queue<int>(seeds)).Write(size);

    private sealed class ProgramWriter(Queue<int> seeds)
    {
        private readonly StringBuilder _yaml = new();
        private int _ids;

        public string Write(int count)
        {
            List(count, "", 0);
            return _yaml.ToString();
        }

        private int Pick(int below) => seeds.TryDequeue(out var seed) ? seed % below : 0;

        private void List(int count, string indent, int depth)
        {
            for (var i = 0; i < count; i++)
            {
                Step(indent, depth);
            }
        }

        private void Step(string indent, int depth)
        {
            var id = ++_ids;
            _yaml.Append(indent).Append("- id: s").Append(id).Append('\n').Append(indent).Append("  ");
            switch (Pick(depth < 3 ? 12 : 8))
            {
                case 0:
                    _yaml.Append("rigid: \"{{item}} {{s").Append(Pick(id) + 1).Append("}} {{n").Append(Pick(id) + 1).Append("}}\"\n");
                    break;
                case 1:
                    _yaml.Append("set: { n").Append(id).Append(": (n").Append(id).Append(" ?? 0) + 1 }\n");
                    break;
                case 2:
                    _yaml.Append("llm_turn: Say.\n");
                    break;
                case 3:
                    _yaml.Append("llm_turn: Say.\n").Append(indent)
                        .Append("  output: { score: int }\n").Append(indent)
                        .Append("  on_failure: { parse_error: retry(max = 2) | escalate, refusal: escalate }\n");
                    break;
                case 4:
                    _yaml.Append("checkpoint: { prompt: \"{{item}}?\" }\n");
                    break;
                case 5:
                    _yaml.Append("decision: [ { when: s").Append(Pick(id) + 1).Append(" == 'approve', next: null } ]\n");
                    break;
                case 6:
                    _yaml.Append("http_call: { url: \"https://example.com/{{item}}\", timeout: 5s }\n");
                    break;
                case 7:
                    _yaml.Append("queue_consume: { queue: q, timeout: 1h }\n");
                    break;
                case 8:
                    _yaml.Append("foreach:\n").Append(indent).Append("    in: \"").Append(Pick(4) == 0 ? "5" : "['x', 'y']").Append("\"\n");
                    Steps(indent + "    ", depth);
                    break;
                case 9:
                    _yaml.Append("while:\n").Append(indent).Append("    when: s").Append(Pick(id) + 1).Append(" != 'reject'\n")
                        .Append(indent).Append("    max_iterations: 2\n");
                    Steps(indent + "    ", depth);
                    break;
                default:
                    Parallel(indent, depth);
                    break;
            }
        }

        private void Parallel(string indent, int depth)
        {
            _yaml.Append("parallel:\n").Append(indent).Append("    fail_fast: false\n")
                .Append(indent).Append("    max_concurrent: ").Append(Pick(3) + 1).Append('\n').Append(indent).Append("    branches:\n");
            for (var branch = Pick(3); branch >= 0; branch--)
            {
                _yaml.Append(indent).Append("      - name: b").Append(branch).Append('\n');
                Steps(indent + "        ", depth);
            }
        }

        private void Steps(string indent, int depth)
        {
            _yaml.Append(indent).Append("steps:\n");
            List(Pick(3) + 1, indent + "  ", depth + 1);
        }
    }

    /// <summary>What it answers depends on who asks and which time, and on nothing else.</summary>
    private sealed class World(string prefix) : IRunHost
    {
        private int _checkpoints;

        public TimeProvider Clock { get; } = new TestClock();

        public string NewCheckpointId() => $"{prefix}{++_checkpoints}";

        public bool IsDurable => false;

        public Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct) => Task.CompletedTask;

        /// <summary>Some outcomes come later: messages that are waited for.</summary>
        public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct) =>
            Task.FromResult(effect is QueueConsume && Hash(effect.StepPath) % 3 > 0 ? null : OutcomeOf(effect));

        public static EffectOutcome OutcomeOf(Effect effect) => Hash(effect.IdempotencyKey) % 5 == 0
            ? EffectOutcome.Failed("down", "broken")
            : new(Value.Object([new("score", Hash(effect.StepPath) % 10)]));

        public static Value Decide(OpenCheckpoint open) => Hash(open.StepPath) % 2 == 0 ? "approve" : "reject";

        public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct) => Task.FromResult((Hash(call.IdempotencyKey) % 7) switch
        {
            0 => ModelAnswer.Failed("down", "broken", retryable: true),
            1 => new(null, new(1, 0), Refusal: "no"),
            2 => ModelAnswer.Of("not JSON", 2, 2),
            _ => ModelAnswer.Of("""{"score": 3}""", 3, 1),
        });

        private static int Hash(string text) => text.Aggregate(7, (hash, c) => ((hash * 31) + c) & 0xffffff);
    }
}
