using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Inference;
using ScaiGrid.Server.Features.Models;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Answers the model calls of runs through the gateway: with the models that the Core's tenant sees, accounted to the Core, its tenant and the
/// user who started the run.
/// </summary>
internal sealed class RunModels(Catalogue catalogue, Routes routes, Dispatcher dispatcher, Meter meter, BudgetGuard budgets)
{
    /// <summary>The word of a model reference for the tenant's own catalogue, the only one there is.</summary>
    private const string OwnCatalogue = "scaigrid";

    /// <param name="words">Takes the words of the run's answer to whoever waits for it; null when nobody wants them one by one.</param>
    public async Task<ModelAnswer> CallAsync(Run run, Principal caller, int depth, ModelCall call, ReplyWords? words, CancellationToken ct)
    {
        if (call.Ref != OwnCatalogue)
        {
            return ModelAnswer.Failed(ModelFailure.ModelNotFound, $"Models are looked up at '{OwnCatalogue}', not '{call.Ref}'.", retryable: true);
        }

        if (depth >= ChatCaller.MaxDepth)
        {
            return ModelAnswer.Failed("depth_exceeded", $"More than {ChatCaller.MaxDepth} Cores call each other.", retryable: false);
        }

        var listener = call.IsReply && words is { IsSilent: true } ? words : null; // of an answer that began and broke off, a second one is no continuation
        var snapshot = catalogue.Current;
        if (run.ActingAs is not null && !caller.May(Permissions.ModelsUse))
        {
            var beyond = DelegationErrors.Beyond(Permissions.ModelsUse);
            return ModelAnswer.Failed(beyond.Type.Code.ToLowerInvariant(), beyond.Message, retryable: false);
        }

        var principal = run.ActingAs is null ? ActingFor(run, caller, snapshot) : caller with { PartnerId = snapshot.Tenants.GetValueOrDefault(run.TenantId)?.PartnerId };
        if (!snapshot.Resolve(principal, call.Model).Succeeded(out var model, out var unknown))
        {
            return ModelAnswer.Failed(ModelFailure.ModelNotFound, unknown.Message, retryable: true);
        }

        if (routes.Of(model) is not { } route)
        {
            return ModelAnswer.Failed(ModelFailure.ModelUnavailable, $"The model '{call.Model}' has no backend that can be asked.", retryable: true);
        }

        if (!ChatRequest.TryParse(WriteRequest(call, streams: listener is not null), out var request, out var faults))
        {
            return ModelAnswer.Failed("request_invalid", $"{faults[0].Field} {faults[0].Message}", retryable: false);
        }

        // The budgets of the caller's groups are met too, though what the groups may do is not the Core's.
        var (hold, overspent) = budgets.Any ? await budgets.HoldAsync(principal with { Groups = caller.Groups }, BudgetGuard.EstimateOf(request, model, route), ct) : default;
        if (overspent is not null)
        {
            return ModelAnswer.Failed(BudgetErrors.Exceeded.Code, overspent.Message, retryable: false);
        }

        using var held = hold;
        var context = new ChatContext(run.RequestId ?? run.Id.Value) { Caller = new ChatCaller(principal, depth + 1, ct) };
        var (reply, said) = listener is null
            ? (await dispatcher.ChatAsync(route, request, context, ct), default(ModelStream.Said?))
            : await ModelStream.ReadAsync(dispatcher, route, request, context, listener, ct);
        using var result = reply;
        var error = result.Outcome == ChatOutcome.Answered ? null : InferenceErrors.Of(result);
        meter.Record(principal, run.RequestId ?? run.Id.Value, model, route, result, run.CoreId.Value, run.Id.Value, error?.Type.Code, hold);
        ct.ThrowIfCancellationRequested();
        return AnswerOf(result, said, route.Prices, error?.Type.Code);
    }

    /// <summary>The Core acts for its tenant: what the caller's own key may not see is no bound for the Core, and the other way round.</summary>
    private static Principal ActingFor(Run run, Principal caller, CatalogueSnapshot catalogue) => caller with
    {
        TenantId = run.TenantId,
        PartnerId = catalogue.Tenants.GetValueOrDefault(run.TenantId)?.PartnerId,
        ModelGroups = null,
        Roles = [],
        Groups = [],
    };

    /// <param name="said">Of a stream; null for an answer that came whole.</param>
    private static ModelAnswer AnswerOf(ChatResult result, ModelStream.Said? said, Prices? prices, string? code)
    {
        var usage = new ModelUsage(result.Usage.PromptTokens, result.Usage.CompletionTokens, prices?.Cost(result.Usage) ?? 0);
        if (result.Answer is { } answer)
        {
            return Answer(answer.Text, answer.Choices[0].FinishReason == "content_filter");
        }

        if (said is { } whole && result.Outcome == ChatOutcome.Answered)
        {
            return Answer(whole.Text, whole.IsFiltered);
        }

        return result.Failure is { Class: FailureClass.Refused } refused
            ? new(null, usage, Refusal: refused.Message)
            : new(null, usage, Failure: new(code ?? "failed", result.Failure?.Message ?? "The model did not answer.", result.Outcome != ChatOutcome.Rejected));

        ModelAnswer Answer(string? text, bool isFiltered) => isFiltered ? new(null, usage, Refusal: "The model's content filter stopped the answer.") : new(text, usage);
    }

    private static byte[] WriteRequest(ModelCall call, bool streams)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, call.Model);
            json.WriteStartArray("messages"u8);
            foreach (var message in call.Messages)
            {
                json.WriteStartObject();
                json.WriteString("role"u8, message.Role);
                json.WritePropertyName("content"u8);
                message.Content.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (streams)
            {
                json.WriteBoolean("stream"u8, true);
            }

            if (call.Temperature is { } temperature)
            {
                json.WriteNumber("temperature"u8, temperature);
            }

            if (call.JsonSchema is { } schema)
            {
                json.WriteStartObject("response_format"u8);
                json.WriteString("type"u8, "json_schema"u8);
                json.WriteStartObject("json_schema"u8);
                json.WriteString("name"u8, "output"u8);
                json.WriteBoolean("strict"u8, true);
                json.WritePropertyName("schema"u8);
                schema.WriteTo(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
