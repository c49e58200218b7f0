using System.Globalization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Kernel;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Models;

/// <summary>What callers choose about a model. What is left out, or null, stays as it is, or as the default is for a new one.</summary>
internal abstract record ModelSettings
{
    private const int MostTokens = 100_000_000;
    private const decimal HighestPrice = 1_000_000;

    public string? Description { get; init; }

    public Modality? Modality { get; init; }

    /// <summary>An object, such as <c>{"tool_use": true, "streaming": true}</c>.</summary>
    public Value Capabilities { get; init; }

    /// <summary>Tokens; 0 takes back what was told.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Tokens; 0 takes the bound away.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Empty takes it away.</summary>
    public string? SystemPromptTemplate { get; init; }

    /// <summary>Money for a million prompt tokens: a decimal as text, such as <c>"2.50"</c>, or a number.</summary>
    public Value InputPricePerMtok { get; init; }

    public Value OutputPricePerMtok { get; init; }

    /// <summary>An object of request members.</summary>
    public Value DefaultParams { get; init; }

    public ModelStatus? Status { get; init; }

    /// <summary>An object.</summary>
    public Value Metadata { get; init; }

    /// <summary>All the backends, in place of those before.</summary>
    public IReadOnlyList<Link>? Backends { get; init; }

    /// <summary>Ids of all the groups that it stands in, in place of those before; groups that the caller may not change are not touched.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <param name="Priority">Lower is tried first; 0 to 1000.</param>
    /// <param name="Weight">The share among links of one priority; 1 to 1000.</param>
    internal sealed record Link(Id<BackendModel> Backend, int Priority = 0, int Weight = 1);

    protected void Check(string? displayName, List<Fault> faults)
    {
        Require(displayName is null or { Length: > 0 and <= 200 } && displayName?.Trim() != "", "display_name", "must have 1 to 200 characters");
        Require(Description is null or { Length: <= 4000 }, "description", "must have at most 4000 characters");
        Require(SystemPromptTemplate is null or { Length: <= 100_000 }, "system_prompt_template", "must have at most 100000 characters");
        Require(ContextWindow is null or (>= 0 and <= MostTokens), "context_window", $"must be a number of tokens from 0 to {MostTokens}");
        Require(MaxOutputTokens is null or (>= 0 and <= MostTokens), "max_output_tokens", $"must be a number of tokens from 0 to {MostTokens}");
        foreach (var (value, name) in (ReadOnlySpan<(Value, string)>)[(Capabilities, "capabilities"), (DefaultParams, "default_params"), (Metadata, "metadata")])
        {
            Require(value.Kind is ValueKind.Null or ValueKind.Object, name, "must be an object");
        }

        foreach (var (value, name) in (ReadOnlySpan<(Value, string)>)[(InputPricePerMtok, "input_price_per_mtok"), (OutputPricePerMtok, "output_price_per_mtok")])
        {
            Require(value.IsNull || PriceOf(value) is >= 0 and <= HighestPrice, name, $"must be an amount of money from 0 to {HighestPrice}, such as \"2.50\"");
        }

        Require(Backends is null or { Count: <= Route.MostTargets }, "backends", $"may be at most {Route.MostTargets}");
        foreach (var (i, link) in (Backends ?? []).Index())
        {
            Require(link.Priority is >= 0 and <= 1000, $"backends[{i}].priority", "must be from 0 to 1000");
            Require(link.Weight is >= 1 and <= 1000, $"backends[{i}].weight", "must be from 1 to 1000");
            Require(Backends!.Take(i).All(l => l.Backend != link.Backend), $"backends[{i}].backend", "stands here more than once");
        }

        void Require(bool holds, string field, string fault)
        {
            if (!holds)
            {
                faults.Add(new(field, fault));
            }
        }
    }

    protected void Apply(FrontendModel model, string? displayName, DateTimeOffset now)
    {
        model.DisplayName = displayName?.Trim() ?? model.DisplayName;
        model.Description = Description ?? model.Description;
        model.Modality = Modality ?? model.Modality;
        model.Capabilities = Given(Capabilities, model.Capabilities);
        model.ContextWindow = ContextWindow switch { null => model.ContextWindow, 0 => null, { } tokens => tokens };
        model.MaxOutputTokens = MaxOutputTokens switch { null => model.MaxOutputTokens, 0 => null, { } tokens => tokens };
        model.SystemPromptTemplate = SystemPromptTemplate switch { null => model.SystemPromptTemplate, "" => null, { } text => text };
        model.InputPricePerMtok = PriceOf(InputPricePerMtok) ?? model.InputPricePerMtok;
        model.OutputPricePerMtok = PriceOf(OutputPricePerMtok) ?? model.OutputPricePerMtok;
        model.DefaultParams = Given(DefaultParams, model.DefaultParams);
        model.Status = Status ?? model.Status;
        model.Metadata = Given(Metadata, model.Metadata);
        model.UpdatedAt = now;
    }

    private static Value Given(Value sent, Value before) => sent.IsNull ? before : sent;

    private static decimal? PriceOf(Value value) =>
        value.TryGetDecimal(out var number) ? number
        : value.TryGetString(out var text) && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) ? number
        : null;
}
