using System.Runtime.InteropServices;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

/// <summary>One backend that a route may use.</summary>
/// <param name="BackendId">The backend's id: its circuit and its health are known by it.</param>
/// <param name="Timeout">
/// How long one attempt may take to answer; of a stream, how long it may stay silent before the first and between any two
/// steps.
/// </param>
/// <param name="Priority">Lower goes first.</param>
/// <param name="Weight">Share among the targets of the same priority; 0 is asked only when the others have failed.</param>
public sealed record Target(string BackendId, IChatProvider Provider, TimeSpan Timeout, int Priority = 0, int Weight = 1);

/// <summary>Prices in the deployment's currency for a million tokens.</summary>
public sealed record Prices(decimal InputPerMillion, decimal OutputPerMillion)
{
    /// <summary>The exact price of a call.</summary>
    public decimal Cost(Usage usage) =>
        ((usage.PromptTokens * InputPerMillion) + (usage.CompletionTokens * OutputPerMillion)) / 1_000_000m;
}

/// <summary>A default parameter, ready to be written.</summary>
internal readonly record struct DefaultParameter(ChatMember Member, byte[] QuotedName, byte[] Value);

/// <summary>A public model and how calls to it are answered. Immutable: it is made when the catalogue is, not when a call comes.</summary>
public sealed class Route
{
    /// <summary>The most targets that a route may have.</summary>
    public const int MostTargets = 64;

    private readonly JsonElement? _defaultParameters;

    /// <param name="slug">The public name, which callers ask for and answers carry.</param>
    /// <exception cref="ArgumentException">There is no target, or there are more than <see cref="MostTargets"/>.</exception>
    public Route(string slug, params IEnumerable<Target> targets)
    {
        Slug = slug;
        QuotedSlug = JsonText.Quote(slug);
        Targets = [.. targets.OrderBy(t => t.Priority)];
        if (Targets.Count is 0 or > MostTargets)
        {
            throw new ArgumentException($"A route has 1 to {MostTargets} targets, not {Targets.Count}.", nameof(targets));
        }
    }

    public string Slug { get; }

    /// <summary>In the order of their priorities.</summary>
    public IReadOnlyList<Target> Targets { get; }

    /// <summary>
    /// How long a call may take with all its attempts; of a stream, until its first step. 2 minutes unless told.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The most tokens a call may ask for; more is lowered to it, and a call that names none gets it. Null: no limit.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Text that goes before the caller's messages, as a message of role <c>system</c>. Null or empty: none.</summary>
    public string? SystemPrompt
    {
        get;
        init
        {
            field = value;
            SystemMessage = string.IsNullOrEmpty(value) ? null : WriteSystemMessage(value);
        }
    }

    /// <summary>Members that a request gets when it has none of that name; as <see cref="ChatRequest.CheckDefaults"/> accepts. Null: none.</summary>
    public JsonElement? DefaultParameters
    {
        get => _defaultParameters;
        init => _defaultParameters = Take(value);
    }

    /// <summary>Null: free of charge.</summary>
    public Prices? Prices { get; init; }

    internal ReadOnlyMemory<byte> QuotedSlug { get; }

    /// <summary>The start of the upstream's <c>messages</c> member, to and including the comma before the caller's first.</summary>
    internal byte[]? SystemMessage { get; private init; }

    internal IReadOnlyList<DefaultParameter> Defaults { get; private set; } = [];

    private int? DefaultLimit { get; set; }

    /// <summary>What a call that names no limit gets; null leaves it to the upstream.</summary>
    internal int? DefaultMaxTokens =>
        DefaultLimit is { } a && MaxOutputTokens is { } b ? Math.Min(a, b) : DefaultLimit ?? MaxOutputTokens;

    private JsonElement? Take(JsonElement? parameters)
    {
        if (parameters is not { ValueKind: JsonValueKind.Object } members)
        {
            return null;
        }

        var defaults = new List<DefaultParameter>();
        foreach (var parameter in members.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null))
        {
            var member = ChatMembers.Parse(parameter.Name);
            if (member is ChatMember.MaxTokens or ChatMember.MaxCompletionTokens)
            {
                DefaultLimit = Math.Min(DefaultLimit ?? int.MaxValue, parameter.Value.GetInt32());
            }
            else
            {
                defaults.Add(new(member, JsonText.Quote(parameter.Name), JsonMarshal.GetRawUtf8Value(parameter.Value).ToArray()));
            }
        }

        Defaults = defaults;
        return members.Clone();
    }

    private static byte[] WriteSystemMessage(string prompt) =>
        [.. "\"messages\":[{\"role\":\"system\",\"content\":"u8, .. JsonText.Quote(prompt), .. "},"u8];
}
