using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>What calls of plugins and of HTTP have in common: addresses, answers, and ways to fail.</summary>
internal static class Outside
{
    public static readonly EffectOutcome NoAddress = EffectOutcome.Failed("address_invalid", "The address is not an absolute http or https one.");

    /// <summary>An answer with a status that says no.</summary>
    /// <param name="code">What the other side calls it; null = by its status.</param>
    /// <param name="said">Why; null when it does not say.</param>
    public static EffectOutcome Refused(int status, string? code = null, string? said = null) => EffectOutcome.Failed(
        code ?? $"http_{status}", said is null ? $"The plugin answered with {status}." : $"The plugin answered with {status}: {said}",
        retryable: status is 408 or 425 or 429 or >= 500);

    public static bool TryAddress(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.UserInfo.Length == 0;

    public static ByteArrayContent JsonOf(Value value)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(value.ToJson()));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    /// <summary>Nothing that a flow's author or a caller chose may fail in a way of its own: it is an outcome.</summary>
    public static async Task<EffectOutcome> TryAsync(Func<Task<EffectOutcome>> call)
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException e) when (e is EgressRefusedException || e.InnerException is EgressRefusedException)
        {
            return EffectOutcome.Failed("egress_refused", (e as EgressRefusedException ?? e.InnerException!).Message);
        }
        catch (EgressTooLargeException e)
        {
            return EffectOutcome.Failed("answer_too_large", e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return EffectOutcome.Failed("unreachable", $"There is no answer: {e.Message}", retryable: true);
        }
    }

    /// <summary>JSON as a value, other text as text, nothing as null. JSON that cannot be read is text.</summary>
    public static Value BodyOf(EgressAnswer answer)
    {
        if (answer.Body.IsEmpty)
        {
            return default;
        }

        if (answer.ContentType is { } type && (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)))
        {
            try
            {
                using var document = JsonDocument.Parse(answer.Body, new() { MaxDepth = Json.MaxDepth });
                return Value.FromJson(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
            {
                // what calls itself JSON and is not is shown as it came
            }
        }

        return Encoding.UTF8.GetString(answer.Body.Span);
    }
}
