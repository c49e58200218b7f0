using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>What a step was given, as the trace shows it: without secrets, and no more of it than fits.</summary>
internal static class StepInput
{
    private const int Longest = StepTrace.MaxResultSize, LongestText = 1024;

    /// <param name="isCut">Something was left out.</param>
    /// <returns>Null for steps that ask nobody for anything: what they saw stands in the results of the steps before them.</returns>
    public static Value Of(StepTrace step, SecretMask mask, out bool isCut)
    {
        var whole = step.Question is { } question ? OfQuestion(question) : step.Asked is { } effect ? OfEffect(effect) : default;
        var left = Longest;
        isCut = false;
        return whole.IsNull ? whole : Fit(whole, mask, ref left, ref isCut);
    }

    private static Value OfQuestion(OpenCheckpoint question) => Value.Object(
    [
        new("prompt", question.Prompt),
        new("options", Value.Array([.. question.Options.Select(o => (Value)o)])),
        new("assignee", question.Assignee),
        new("context", question.Context),
    ]);

    private static Value OfEffect(Effect effect) => effect switch
    {
        ModelCall call => Value.Object(
        [
            new("model", call.Model),
            new("attempt", call.Attempt),
            new("messages", Value.Array([.. call.Messages.Select(m => Value.Object([new("role", m.Role), new("content", m.Content)]))])),
        ]),
        PluginCall call => Value.Object([new("alias", call.Alias), new("method", call.Method), new("args", call.Args)]),
        HttpCall call => Value.Object(
        [
            new("method", call.Method),
            new("url", call.Url),
            new("headers", Value.Object(call.Headers.Members.Select(h => KeyValuePair.Create(h.Key, (Value)SecretMask.Masked)))), // credentials are sent in any of them
            new("query", call.Query),
            new("body", call.Body),
        ]),
        QueuePublish publish => Value.Object([new("queue", publish.Queue), new("message_type", publish.MessageType), new("payload", publish.Payload)]),
        QueueConsume consume => Value.Object([new("queue", consume.Queue)]),
        CoreCall call => Value.Object([new("target", call.Target.ToString()), new("flow_name", call.FlowName), new("input", call.Input)]),
        _ => default,
    };

    private static Value Fit(Value value, SecretMask mask, ref int left, ref bool isCut)
    {
        if (left <= 0)
        {
            isCut = true;
            return default;
        }

        if (value.AsString() is { } text)
        {
            text = mask.InText(text);
            var length = Math.Min(text.Length, Math.Min(left, LongestText));
            (left, isCut) = (left - length, isCut || length < text.Length);
            return length < text.Length ? $"{text[..length]}…" : text;
        }

        if (value.TryGetArray(out var items))
        {
            var some = new List<Value>();
            foreach (var item in items)
            {
                if (left <= 0)
                {
                    isCut = true;
                    break;
                }

                some.Add(Fit(item, mask, ref left, ref isCut));
            }

            return Value.Array([.. some]);
        }

        if (value.TryGetObject(out var members))
        {
            var some = new List<KeyValuePair<string, Value>>();
            foreach (var (name, member) in members)
            {
                if (left <= name.Length)
                {
                    isCut = true;
                    break;
                }

                left -= name.Length;
                some.Add(new(name, Fit(member, mask, ref left, ref isCut)));
            }

            return Value.Object(some);
        }

        left -= 8;
        return mask.In(value);
    }
}
