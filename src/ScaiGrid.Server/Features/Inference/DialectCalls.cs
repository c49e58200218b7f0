using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ScaiGrid.Gateway.Dialects;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>Calls that are chats in other words: they are answered as chats are, and the answer is told in the words of the caller.</summary>
internal sealed class DialectCalls(ChatCalls chats, Dispatcher dispatcher, Meter meter, BudgetGuard budgets, TimeProvider clock)
{
    /// <param name="enveloped">Whether a whole answer stands in the native envelope.</param>
    public Task CompleteTextAsync(HttpContext http, bool enveloped) => AnswerAsync(http, enveloped, static (bytes, _, _) => (TextCompletionCall.Read(bytes, out var faults), faults));

    public Task RespondAsync(HttpContext http) =>
        AnswerAsync(http, enveloped: false, static (bytes, requestId, now) => (ResponsesCall.Read(bytes, requestId, now, out var faults), faults));

    private async Task AnswerAsync(
        HttpContext http, bool enveloped, Func<ReadOnlyMemory<byte>, string, DateTimeOffset, (DialectCall? Call, IReadOnlyList<Gateway.Fault> Faults)> read)
    {
        var (bytes, refused) = await RequestBody.ReadAsync(http, ChatCalls.MaxBytes);
        if (refused is not null)
        {
            await http.WriteErrorAsync(refused);
            return;
        }

        var (call, faults) = read(bytes, http.TraceIdentifier, clock.GetUtcNow());
        if (call is null)
        {
            await http.WriteErrorAsync(KernelErrors.Faulty([.. faults.Select(f => new Kernel.Fault(f.Field, f.Message))]));
            return;
        }

        var principal = http.Features.Get<Principal>()!;
        if (!chats.Find(principal, http.TraceIdentifier, call.Chat.Model).Succeeded(out var way, out var unknown))
        {
            await http.WriteErrorAsync(unknown);
            return;
        }

        var (hold, overspent) = budgets.Any ? await budgets.HoldAsync(principal, BudgetGuard.EstimateOf(call.Chat, way.Model, way.Route), http.RequestAborted) : default;
        if (overspent is not null)
        {
            await http.WriteErrorAsync(overspent);
            return;
        }

        using var held = hold;
        await (call.Chat.Stream ? StreamAsync(http, principal, way, call, hold) : WholeAsync(http, principal, way, call, hold, enveloped));
    }

    private async Task WholeAsync(HttpContext http, Principal principal, Way way, DialectCall call, Hold? hold, bool enveloped)
    {
        using var result = await dispatcher.ChatAsync(way.Route, call.Chat, ContextOf(http, principal), http.RequestAborted);
        if (Account(http, principal, way, result, hold) is { } error)
        {
            await http.WriteErrorAsync(error);
        }
        else if (result.Outcome == ChatOutcome.Answered)
        {
            using var chat = new PooledBuffer();
            result.WriteTo(chat);
            using var completion = JsonDocument.Parse(chat.Written);
            using var answer = new PooledBuffer();
            answer.Write(enveloped ? "{\"status\":\"ok\",\"data\":"u8 : default);
            call.WriteWhole(completion.RootElement, answer);
            answer.Write(enveloped ? "}"u8 : default);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = answer.Length;
            http.Response.BodyWriter.Write(answer.Written.Span);
        }
    }

    private async Task StreamAsync(HttpContext http, Principal principal, Way way, DialectCall call, Hold? hold)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us must pass each event on as it comes
        var chat = new Pipe();
        var answering = StreamIntoAsync(chat.Writer, http, principal, way, call);
        await RetellAsync(chat.Reader, call, response.BodyWriter, http.RequestAborted);
        using var result = await answering;
        var error = Account(http, principal, way, result, hold);
        if (error is not null && !response.HasStarted)
        {
            response.Headers.CacheControl = default;
            response.Headers.Remove("X-Accel-Buffering");
            await http.WriteErrorAsync(error);
            return;
        }

        if (result.Outcome == ChatOutcome.Canceled)
        {
            return; // nobody is listening
        }

        if (error is null)
        {
            call.WriteEnd(response.BodyWriter);
        }
        else if (!call.TryWriteFailure(error.Type.Code.ToLowerInvariant(), error.Message, response.BodyWriter))
        {
            http.WriteErrorEvent(error);
        }

        response.BodyWriter.Write(call.EndsWithDone ? "data: [DONE]\n\n"u8 : default);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private async Task<ChatResult> StreamIntoAsync(PipeWriter writer, HttpContext http, Principal principal, Way way, DialectCall call)
    {
        try
        {
            return await dispatcher.StreamAsync(way.Route, call.Chat, ContextOf(http, principal) with { IncludeUsage = true }, writer, http.RequestAborted);
        }
        finally
        {
            await writer.CompleteAsync();
        }
    }

    /// <summary>Tells the chunks of a chat in the caller's words, each as soon as it is there, to the end of the stream or until the caller has left.</summary>
    private static async Task RetellAsync(PipeReader chat, DialectCall call, PipeWriter output, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var read = await chat.ReadAsync(ct);
                var left = read.Buffer;
                var told = false;
                while (NextEvent(ref left) is { } data)
                {
                    using var chunk = JsonDocument.Parse(data);
                    call.WriteChunk(chunk.RootElement, output);
                    told = true;
                }

                chat.AdvanceTo(left.Start, left.End);
                if (told && (await output.FlushAsync(ct)).IsCompleted)
                {
                    return; // closing our end tells the dispatcher that nobody reads
                }

                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the caller has left, which the dispatcher sees by itself
        }
        finally
        {
            await chat.CompleteAsync();
        }
    }

    /// <summary>Takes the data of one whole event off the front; null when none has arrived.</summary>
    private static ReadOnlySequence<byte>? NextEvent(ref ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> told, "\n\n"u8))
        {
            return null;
        }

        buffer = buffer.Slice(reader.Position);
        return told.Slice("data: ".Length); // the dispatcher writes events of this one form
    }

    private static ChatContext ContextOf(HttpContext http, Principal principal) =>
        new(http.TraceIdentifier) { Caller = new ChatCaller(principal, 0, http.RequestAborted) };

    private Error? Account(HttpContext http, Principal principal, Way way, ChatResult result, Hold? hold)
    {
        var error = result.Outcome is ChatOutcome.Answered or ChatOutcome.Canceled ? null : InferenceErrors.Of(result);
        meter.Record(principal, http.TraceIdentifier, way.Model, way.Route, result, way.Model.Core?.Id.Value, null, error?.Type.Code, hold);
        return error;
    }
}
