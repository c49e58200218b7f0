using System.Text.Json;
using System.Text.RegularExpressions;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Scripted;

/// <summary>Reads a script and names everything that is wrong with it.</summary>
internal static class ScriptReader
{
    private const int MostRules = 500, LongestText = 100_000, LongestWait = 600_000;

    private static readonly TimeSpan PatternTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Null when there are faults. Rules come in order; the default, if there is one, comes last and always matches.</summary>
    public static IReadOnlyList<ScriptRule>? Read(JsonElement config, out IReadOnlyList<Fault> faults)
    {
        var reader = new ConfigReader(config);
        var rules = new List<ScriptRule>();
        var list = reader.Get("rules", "an array of rules", JsonValueKind.Array);
        var otherwise = reader.Get("default", "a rule without match", JsonValueKind.Object);
        reader.RefuseOthers();

        if (list is null && otherwise is null && reader.Faults.Count == 0)
        {
            reader.Fault("rules", "is required, unless there is a default");
        }

        if (list?.GetArrayLength() > MostRules)
        {
            reader.Fault("rules", $"must have at most {MostRules} rules");
        }

        foreach (var (index, rule) in (list?.EnumerateArray().Take(MostRules) ?? []).Index())
        {
            rules.Add(ReadRule(new(rule, $"rules[{index}]", reader.Faults), mayMatch: true));
        }

        if (otherwise is { } last)
        {
            rules.Add(ReadRule(new(last, "default", reader.Faults), mayMatch: false));
        }

        faults = reader.Faults;
        return faults.Count > 0 ? null : rules;
    }

    private static ScriptRule ReadRule(ConfigReader rule, bool mayMatch)
    {
        var before = rule.Faults.Count;
        var match = mayMatch ? ReadMatch(rule) : new(null, null, null, null);
        var (end, failure) = ReadFail(rule);
        var read = new ScriptRule(
            match,
            rule.Text("reply", LongestText),
            rule.Get("json", "an object or an array", JsonValueKind.Object, JsonValueKind.Array) is { } json ? JsonSerializer.Serialize(json) : null,
            ReadToolCalls(rule),
            TimeSpan.FromMilliseconds(rule.Integer("delay_ms", 0, LongestWait) ?? 0),
            TimeSpan.FromMilliseconds(rule.Integer("chunk_delay_ms", 0, LongestWait) ?? 0),
            end, failure, ReadUsage(rule));
        rule.RefuseOthers();

        if (read.Reply is not null && read.Json is not null)
        {
            rule.Fault("json", "cannot stand beside reply");
        }

        if (rule.IsReadable && before == rule.Faults.Count && read is { Reply: null, Json: null, ToolCalls: null, End: ScriptEnd.Answer or ScriptEnd.Cut })
        {
            rule.Fault("reply", "is required, unless there is json, tool_calls or a fail that gives no answer");
        }

        return read;
    }

    private static ScriptMatch ReadMatch(ConfigReader rule)
    {
        if (rule.Get("match", "an object", JsonValueKind.Object) is not { } conditions)
        {
            return new(null, null, null, null);
        }

        var match = new ConfigReader(conditions, rule.PathTo("match"), rule.Faults);
        var read = new ScriptMatch(
            match.Text("contains", LongestText), match.Text("equals", LongestText), ReadPattern(match), match.Text("model", 200));
        match.RefuseOthers();
        return read;
    }

    /// <summary>Patterns cannot run away: those that the linear-time engine knows run there, however busy the machine is; the others are timed.</summary>
    private static Regex? ReadPattern(ConfigReader match)
    {
        if (match.Text("regex", 1000) is not { } pattern)
        {
            return null;
        }

        const RegexOptions options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
        try
        {
            return new(pattern, options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new(pattern, options, PatternTime);
        }
        catch (ArgumentException)
        {
            match.Fault("regex", "is not a regular expression");
            return null;
        }
    }

    private static (ScriptEnd End, ProviderFailure? Failure) ReadFail(ConfigReader rule)
    {
        var fail = rule.Get("fail", "\"timeout\", \"cut\" or an object with a status", JsonValueKind.String, JsonValueKind.Object);
        if (fail is not { } value)
        {
            return (ScriptEnd.Answer, null);
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            switch (value.GetString())
            {
                case "timeout": return (ScriptEnd.Timeout, null);
                case "cut": return (ScriptEnd.Cut, HttpFailures.CutShort);
                default:
                    rule.Fault("fail", "must be \"timeout\", \"cut\" or an object with a status");
                    return (ScriptEnd.Fail, null);
            }
        }

        var reader = new ConfigReader(value, rule.PathTo("fail"), rule.Faults);
        var given = reader.Faults.Count;
        var status = reader.Integer("status", 400, 599);
        if (status is null && reader.Faults.Count == given)
        {
            reader.Fault("status", "is required: an integer from 400 to 599");
        }

        var message = reader.Line("message", 400);
        var wait = reader.Integer("retry_after_ms", 0, LongestWait);
        reader.RefuseOthers();
        var failure = HttpFailures.FromStatus(status ?? 500, wait is { } ms ? TimeSpan.FromMilliseconds(ms) : null);
        return (ScriptEnd.Fail, message is null ? failure : failure with { Message = message });
    }

    private static List<ToolCall>? ReadToolCalls(ConfigReader rule)
    {
        if (rule.Get("tool_calls", "an array of objects", JsonValueKind.Array) is not { } list)
        {
            return null;
        }

        var calls = new List<ToolCall>();
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var call = new ConfigReader(item, $"{rule.PathTo("tool_calls")}[{index}]", rule.Faults);
            var given = call.Faults.Count;
            var name = call.Line("name", 200);
            if (name is null && call.Faults.Count == given)
            {
                call.Fault("name", "is required");
            }

            var arguments = call.Get("arguments", "an object", JsonValueKind.Object);
            calls.Add(new(call.Line("id", 200) ?? $"call_{index + 1}", name ?? "", arguments is { } a ? JsonSerializer.Serialize(a) : "{}"));
            call.RefuseOthers();
        }

        if (calls.Count == 0)
        {
            rule.Fault("tool_calls", "must have at least one call");
        }

        return calls;
    }

    private static Usage? ReadUsage(ConfigReader rule)
    {
        if (rule.Get("usage", "an object", JsonValueKind.Object) is not { } value)
        {
            return null;
        }

        var usage = new ConfigReader(value, rule.PathTo("usage"), rule.Faults);
        var read = new Usage(
            usage.Integer("prompt_tokens", 0, 100_000_000) ?? 0, usage.Integer("completion_tokens", 0, 100_000_000) ?? 0);
        usage.RefuseOthers();
        return read;
    }
}
