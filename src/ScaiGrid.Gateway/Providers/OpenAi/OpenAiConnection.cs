using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>Where an OpenAI-protocol upstream is and how it wants to be spoken to.</summary>
/// <param name="ChatUri"><c>{base_url}/chat/completions</c>.</param>
/// <param name="QuotedModel">The upstream's name of the model, as a JSON string; null sends the public slug.</param>
/// <param name="OutputLimit">The quoted name and colon of the member that limits the output where the caller named none.</param>
internal sealed record OpenAiConnection(
    Uri ChatUri, byte[]? QuotedModel, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> OutputLimit)
{
    private static readonly string[] Reserved =
        ["authorization", "host", "content-type", "content-length", "transfer-encoding", "connection", "accept", "accept-encoding"];

    /// <summary>
    /// <c>base_url</c> (http or https, to and including the version, such as <c>https://api.openai.com/v1</c>),
    /// <c>api_key</c>, <c>model</c>, <c>organization</c>, <c>project</c>, <c>headers</c> (an object of strings).
    /// </summary>
    /// <param name="defaultUrl">Null makes <c>base_url</c> required.</param>
    public static OpenAiConnection? Read(JsonElement config, string? defaultUrl, ReadOnlyMemory<byte> outputLimit, out IReadOnlyList<Fault> faults)
    {
        var reader = new ConfigReader(config);
        var headers = new List<KeyValuePair<string, string>>();
        var url = ReadUrl(reader, defaultUrl);
        var model = reader.Line("model", 200);
        AddHeader(headers, "Authorization", reader.Token("api_key", 4096), "Bearer ");
        AddHeader(headers, "OpenAI-Organization", reader.Token("organization", 200));
        AddHeader(headers, "OpenAI-Project", reader.Token("project", 200));
        ReadHeaders(reader, headers);
        reader.RefuseOthers();

        faults = reader.Faults;
        return faults.Count > 0 ? null : new(url!, model is null ? null : JsonText.Quote(model), headers, outputLimit);
    }

    private static Uri? ReadUrl(ConfigReader reader, string? defaultUrl)
    {
        var text = reader.Line("base_url", 2000) ?? defaultUrl;
        if (text is null)
        {
            if (!reader.Faults.Exists(f => f.Field == "base_url"))
            {
                reader.Fault("base_url", "is required: the address that chat/completions follows, such as http://localhost:8000/v1");
            }

            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            reader.Fault("base_url", "must be an http or https address without user, query or fragment");
            return null;
        }

        return new(url.AbsoluteUri.TrimEnd('/') + "/chat/completions");
    }

    private static void ReadHeaders(ConfigReader reader, List<KeyValuePair<string, string>> headers)
    {
        if (reader.Get("headers", "an object of strings", JsonValueKind.Object) is not { } members)
        {
            return;
        }

        foreach (var member in members.EnumerateObject())
        {
            var field = $"headers.{member.Name}";
            if (Reserved.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                reader.Fault(field, "is set by the gateway");
            }
            else if (member.Name.Length is 0 or > 100 || !member.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                reader.Fault(field, "is not a header's name: letters, digits, - and _");
            }
            else if (member.Value.ValueKind != JsonValueKind.String || member.Value.GetString()!.Any(c => c is < ' ' or > '~'))
            {
                reader.Fault(field, "must be a string of printable ASCII");
            }
            else
            {
                AddHeader(headers, member.Name, member.Value.GetString());
            }
        }
    }

    private static void AddHeader(List<KeyValuePair<string, string>> headers, string name, string? value, string prefix = "")
    {
        if (value is not null)
        {
            headers.Add(new(name, prefix + value));
        }
    }
}
