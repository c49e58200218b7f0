using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>A Core made ready to run: its program compiled, its secrets in the clear. A class, so that nothing prints it by accident.</summary>
internal sealed class LoadedCore
{
    public static readonly TimeSpan DefaultMaxDuration = TimeSpan.FromMinutes(5);

    public required Id<Core> Id { get; init; }

    public required Id<Tenant> TenantId { get; init; }

    public required int Version { get; init; }

    public required CoreStatus Status { get; init; }

    public required ConcurrencyMode ConcurrencyMode { get; init; }

    /// <summary>The input field that tells entities apart; null outside entity mode.</summary>
    public required string? EntityKeyField { get; init; }

    public required Program Program { get; init; }

    public required CheckpointMode CheckpointMode { get; init; }

    /// <summary>What the program reads as <c>config</c>.</summary>
    public required Value Config { get; init; }

    /// <summary>Its plugins, their secrets in the clear.</summary>
    public required Value Plugins { get; init; }

    /// <summary>What of its environment and plugins must not be shown.</summary>
    public required SecretMask Secrets { get; init; }

    /// <summary>The user as whom new runs act; null = as the Core itself.</summary>
    public required Id<User>? ActsAs { get; init; }

    /// <summary>How long a run may be executed at a stretch, waiting for people not counted: <c>resource_limits.max_duration_seconds</c>, 5 minutes unless told.</summary>
    public required TimeSpan MaxDuration { get; init; }

    public static Result<LoadedCore> Of(Core core, CoreEnvironment environment, CorePlugins plugins)
    {
        if (CoreSource.CheckRunnable(core, environment, plugins) is { } unsound)
        {
            return unsound;
        }

        return CoreSource.Load(core.Source).Succeeded(out var program, out var error)
            ? new LoadedCore
            {
                Id = core.Id,
                TenantId = core.TenantId,
                Version = core.Version,
                Status = core.Status,
                ConcurrencyMode = core.ConcurrencyMode,
                EntityKeyField = core.EntityKeyField,
                CheckpointMode = core.CheckpointMode,
                Program = program,
                Config = environment.Reveal(core.Environment),
                Plugins = plugins.Reveal(core.Plugins),
                Secrets = SecretMask.Of(environment.SecretsIn(core.Environment).Concat(plugins.SecretsIn(core.Plugins))),
                ActsAs = core.Delegation?.UserId,
                MaxDuration = core.ResourceLimits["max_duration_seconds"].TryGetDecimal(out var seconds) && seconds is > 0 and <= 86_400
                    ? TimeSpan.FromSeconds((double)seconds)
                    : DefaultMaxDuration,
            }
            : error;
    }
}
