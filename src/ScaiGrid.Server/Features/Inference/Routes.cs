using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Features.Models;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>The way from each model of the catalogue to its backends, worked out at its first call and kept as long as the catalogue's entry.</summary>
internal sealed partial class Routes(IEnumerable<ProviderKind> kinds, CoreProviders cores, Dispatcher dispatcher, ILogger<Routes> logger)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Longer than a caller's patience: a Core that thinks for long is not a broken backend.</summary>
    private static readonly TimeSpan CoreTimeout = TimeSpan.FromMinutes(10);

    private readonly FrozenDictionary<string, ProviderKind> _kinds = kinds.ToFrozenDictionary(k => k.Name);
    private readonly ConditionalWeakTable<CatalogueModel, Entry> _routes = [];
    private readonly ConcurrentDictionary<string, int> _versions = new();

    /// <returns>Null when the model has no backend that could be asked.</returns>
    public Route? Of(CatalogueModel model) => _routes.TryGetValue(model, out var entry) ? entry.Route : _routes.GetValue(model, m => new(Build(m))).Route;

    private Route? Build(CatalogueModel model)
    {
        var targets = model.Backends.Select(TargetOf).OfType<Target>().Take(Route.MostTargets).ToList();
        return targets.Count == 0 ? null : new(model.Slug, targets)
        {
            MaxOutputTokens = model.Row.MaxOutputTokens,
            SystemPrompt = model.Core is null ? model.Row.SystemPromptTemplate : null, // a Core speaks with its persona by itself
            DefaultParameters = ToJson(model.Row.DefaultParams),
            Prices = new(model.Row.InputPricePerMtok, model.Row.OutputPricePerMtok),
        };
    }

    private Target? TargetOf(CatalogueLink link)
    {
        var backend = link.Backend;
        if (ProviderOf(backend) is not { } provider)
        {
            LogUnusable(logger, backend.Id.Value, backend.ProviderType);
            return null;
        }

        if (_versions.GetValueOrDefault(backend.Id.Value, backend.Version) != backend.Version)
        {
            dispatcher.Forget(backend.Id.Value); // it is another endpoint now, and begins with a clean record
        }

        _versions[backend.Id.Value] = backend.Version;
        var timeout = backend.Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : backend.ProviderType == ProviderTypes.Core ? CoreTimeout : DefaultTimeout;
        return new(backend.Id.Value, provider, timeout, link.Priority, link.Weight);
    }

    private IChatProvider? ProviderOf(CatalogueBackend backend)
    {
        if (backend.ProviderType == ProviderTypes.Core)
        {
            return backend.Core is { } core ? cores.For(core) : null;
        }

        return _kinds.TryGetValue(backend.ProviderType, out var kind)
            && kind.TryConnect(ToJson(backend.Config), backend.TenantId is null ? Reach.Anywhere : Reach.Guarded, out var provider, out _) ? provider : null;
    }

    private static JsonElement ToJson(Value value)
    {
        using var document = JsonDocument.Parse(value.ToJson());
        return document.RootElement.Clone();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Backend {Backend} of type {ProviderType} cannot be used: its configuration is not one that this version accepts.")]
    private static partial void LogUnusable(ILogger logger, string backend, string providerType);

    private sealed record Entry(Route? Route);
}
