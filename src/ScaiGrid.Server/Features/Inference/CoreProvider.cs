using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>The provider <c>scaicore</c>: a chat call becomes a run of the Core, and what comes of the run becomes the answer.</summary>
internal sealed class CoreProvider(PublishedCore core, CorePrograms programs, Lazy<Executor> executor, IServiceScopeFactory scopes, IdSource ids, TimeProvider clock) : IChatProvider
{
    public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct) => (await AnswerAsync(call, null, ct)).Reply;

    /// <summary>Says the answer as the run's last model says it, where the Core was published so; else, and where that is not the answer, says it whole.</summary>
    public async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
    {
        var (reply, words) = await AnswerAsync(call, core.Streams ? stream : null, ct);
        if (!reply.Succeeded(out var answer, out var failure))
        {
            return failure;
        }

        using (answer)
        {
            var choice = answer.Choices[0];
            if (words is null or { IsSilent: true })
            {
                await stream.WriteAsync(answer, ct);
            }
            else if (choice.Content == words.Said)
            {
                await stream.FinishAsync(choice.FinishReason, answer.Usage, answer.Extra, ct);
            }
            else
            {
                return new ProviderFailure(FailureClass.Unknown, "The run took another way after its answer had begun; ask for its outcome by its execution_id.");
            }

            return null;
        }
    }

    /// <param name="stream">Where the words of the answer go as they come; null for nowhere.</param>
    private async Task<(ProviderReply Reply, ReplyWords? Words)> AnswerAsync(ChatCall call, ChatStream? stream, CancellationToken ct)
    {
        if (core.Status != CoreStatus.Running)
        {
            return (new ProviderFailure(FailureClass.Unavailable, $"The Core '{core.Name}' is not running."), null);
        }

        if (call.Context.Caller is not ChatCaller caller)
        {
            throw new InvalidOperationException("A Core is called on somebody's behalf.");
        }

        if (call.Request.Metadata is { } metadata && metadata.TryGetProperty("execution_id", out var execution))
        {
            return (await OutcomeAsync(execution, caller, ct), null);
        }

        if (!(await programs.OfAsync(core.TenantId, core.Id, core.Version, ct)).Succeeded(out var loaded, out var error))
        {
            return (new ProviderFailure(FailureClass.Unavailable, error.Message), null);
        }

        var order = new RunOrder(RunTrigger.Chat, ChatMapping.InputOf(call.Request, caller.Principal), caller.Principal, call.Context.RequestId, Depth: caller.Depth);
        if (!order.Decide(loaded, ids.New<Run>(), clock.GetUtcNow()).Succeeded(out var run, out error))
        {
            return (error.Type == KernelErrors.Validation
                ? new ProviderFailure(FailureClass.CallerFault, error.Message) { Details = new Dictionary<string, string> { ["field"] = error.Details[0].Field } }
                : new ProviderFailure(FailureClass.Unavailable, error.Message), null);
        }

        Turn? turn = null;
        if (run.InstanceKey is not null && !(await executor.Value.EnterAsync(loaded, run, ct)).Succeeded(out turn, out error))
        {
            return (new ProviderFailure(FailureClass.Unavailable, error.Message, RetryAfter: error.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null) { Details = new Dictionary<string, string> { ["reason"] = error.Type.Code } }, null);
        }

        var words = stream is null ? null : WordsOf(run, stream, ct);
        try
        {
            // When only the time is up the run goes on, within its own limit, and its outcome can be asked for.
            var executed = await executor.Value.RunAsync(loaded, run, turn, order, caller.Left, words).WaitAsync(ct);
            run = executed.Run;
            return (run.Status == RunState.Cancelled
                ? new ProviderFailure(FailureClass.Timeout, $"The run took longer than the Core's limit of {loaded.MaxDuration.TotalSeconds:0.#} s.") { Details = DetailsOf(run) }
                : Reply(run, executed.Checkpoints.Count > 0 ? Checkpoint.Open(run, executed.Checkpoints[0]) : null), words);
        }
        finally
        {
            await (words?.CloseAsync() ?? Task.CompletedTask); // the run may go on, but the stream is the caller's again
        }
    }

    private static ReplyWords WordsOf(Run run, ChatStream stream, CancellationToken ct)
    {
        stream.Identify($"chatcmpl-{run.Id}");
        return new(async words =>
        {
            if (!stream.Started)
            {
                await stream.WriteAsync(new ChatEvent { Role = "assistant", Content = "" }, ct);
            }

            await stream.WriteAsync(new ChatEvent { Content = words }, ct);
        });
    }

    /// <summary>What became of an earlier call's run.</summary>
    private async Task<ProviderReply> OutcomeAsync(JsonElement execution, ChatCaller caller, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(core.TenantId);
        await scope.ServiceProvider.GetRequiredService<WriteBehind>().FlushAsync(ct);
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        if (execution.ValueKind != JsonValueKind.String || !Id<Run>.TryParse(execution.GetString(), null, out var id)
            || await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.CoreId == core.Id, ct) is not { } run
            || (run.StartedBy != caller.Principal.UserId && !caller.Principal.May(Access.Permissions.CoreView)))
        {
            return new ProviderFailure(FailureClass.CallerFault, "names no run of this Core that you started") { Details = new Dictionary<string, string> { ["field"] = "metadata.execution_id" } };
        }

        var waiting = await db.Checkpoints.AsNoTracking().Where(c => c.ExecutionId == id && c.Status == CheckpointStatus.Pending).OrderBy(c => c.Id).FirstOrDefaultAsync(ct);
        return Reply(run, waiting);
    }

    private static ProviderReply Reply(Run run, Checkpoint? waiting)
    {
        if (run.Status is RunState.Failed or RunState.Cancelled)
        {
            return new ProviderFailure(FailureClass.Unknown, run.ErrorMessage ?? "The run failed.") { Details = DetailsOf(run) };
        }

        return new ChatAnswer($"chatcmpl-{run.Id}", run.StartedAt, [new(0, ChatMapping.TextOf(run, waiting))], new((int)run.PromptTokens, (int)run.CompletionTokens))
        {
            Extra = new Dictionary<string, JsonElement> { ["scaicore"] = ChatMapping.AboutRun(run, waiting) },
        };
    }

    private static Dictionary<string, string> DetailsOf(Run run) => new() { ["execution_id"] = run.Id.Value, ["run_error"] = run.ErrorCode ?? "" };
}
