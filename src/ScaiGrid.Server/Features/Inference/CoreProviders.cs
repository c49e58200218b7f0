using ScaiGrid.Gateway.Providers;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>Makes published Cores answer as models do.</summary>
internal sealed class CoreProviders(CorePrograms programs, Lazy<Executor> executor, IServiceScopeFactory scopes, IdSource ids, TimeProvider clock)
{
    // The executor calls models, models are reached over routes, and some routes lead to Cores: the circle is closed at the first call.
    public IChatProvider For(PublishedCore core) => new CoreProvider(core, programs, executor, scopes, ids, clock);
}
