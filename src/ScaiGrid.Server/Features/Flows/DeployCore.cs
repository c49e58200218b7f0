using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Publishing;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>What is to be made of a Core.</summary>
/// <param name="CoreName">A new Core is called so, and an existing one from then on.</param>
/// <param name="Source">The manifest.</param>
/// <param name="Metadata">Members that the Core's metadata gains.</param>
/// <param name="GroupIds">Model groups that the model is added to; those that the caller may not add to are left out.</param>
internal sealed record DeployPlan(string CoreName, Value Source, string Digest, Value Metadata, bool Publish, IReadOnlyList<string> GroupIds)
{
    /// <param name="publish">Null = as the flow says.</param>
    /// <param name="groupIds">Null = those that the flow names.</param>
    public static DeployPlan Of(CompiledFlow compiled, string name, Value metadata, bool? publish, IReadOnlyList<string>? groupIds) => new(
        compiled.Graph.Config.CoreName is { } own && Slug.TryMake(own, out _) ? own : Slug.TryMake(name, out _) ? name : compiled.Manifest.Name,
        compiled.Manifest.Source,
        compiled.Manifest.Digest,
        metadata,
        publish ?? compiled.Graph.Config.PublishAsModel,
        groupIds ?? compiled.Graph.Config.ModelVisibilityGroupIds);
}

/// <param name="Before">The Core as it was; null for a new one.</param>
/// <param name="Publication">What became of the model and its groups; null when the Core is not published.</param>
internal sealed record DeployedCore(Core Core, CoreView? Before, PublicationView? Publication);

/// <summary>Makes a manifest a Core's program: all of it part of the caller's save, so that it happens whole or not at all.</summary>
internal sealed class DeployCore(Db db, CoreEnvironment environment, CorePlugins plugins, IdSource ids, TimeProvider clock)
{
    /// <param name="core">Null = a new one, which is started. One that was stopped or paused by somebody stays so.</param>
    public async Task<Result<DeployedCore>> ApplyAsync(Core? core, Id<Tenant> tenant, DeployPlan plan, Principal caller, CancellationToken ct)
    {
        var (now, before) = (clock.GetUtcNow(), core is null ? null : CoreView.Of(core));
        if (core is null)
        {
            if (!(await CreateAsync(tenant, plan, caller, now, ct)).Succeeded(out core, out var refused))
            {
                return refused;
            }
        }
        else
        {
            (core.Name, core.Source) = (plan.CoreName, plan.Source);
            (core.ConcurrencyMode, core.EntityKeyField) = (CoreSource.ModeOf(plan.Source), CoreSource.EntityKeyOf(plan.Source) ?? core.EntityKeyField);
            core.Touch(now);
        }

        core.ReplaceMetadata(Value.Object([.. core.Metadata.Members, .. plan.Metadata.Members]));
        if (CoreSource.CheckRunnable(core, environment, plugins) is { } unsound || (unsound = Start(core, now)) is not null)
        {
            return unsound;
        }

        await CoreSchedules.FollowAsync(db, core, now, ct);
        if (!await db.Programs.AnyAsync(p => p.TenantId == tenant && p.Digest == plan.Digest, ct))
        {
            db.Programs.Add(new() { TenantId = tenant, Digest = plan.Digest, Source = plan.Source });
        }

        return (await PublishAsync(core, plan, caller, now, ct)).Succeeded(out var publication, out var error)
            ? new DeployedCore(core, before, core.Publication is null ? null : publication)
            : error;
    }

    private async Task<Result<Core>> CreateAsync(Id<Tenant> tenant, DeployPlan plan, Principal caller, DateTimeOffset now, CancellationToken ct)
    {
        var request = new CreateCore.Request { Name = plan.CoreName, Source = plan.Source };
        if (!CreateCore.Decide(request, caller, tenant, ids.New<Core>(), environment, plugins, now).Succeeded(out var core, out var error))
        {
            return error;
        }

        if (await db.Cores.AnyAsync(c => c.TenantId == tenant && c.Slug == core.Slug, ct))
        {
            return CreateCore.Taken(core);
        }

        db.Cores.Add(core);
        return core;
    }

    private static Error? Start(Core core, DateTimeOffset now)
    {
        CoreAction? action = core.Status switch
        {
            CoreStatus.Created or CoreStatus.Error => CoreAction.Start,
            CoreStatus.Crashed => CoreAction.Restart,
            _ => null,
        };
        return action is not { } needed || core.Act(needed, unsound: null, now).Succeeded(out _, out var refused) ? null : refused;
    }

    /// <summary>A Core that is published stays so, whatever the plan says: taking a model away from its users is a decision of its own.</summary>
    private async Task<Result<PublicationView>> PublishAsync(Core core, DeployPlan plan, Principal caller, DateTimeOffset now, CancellationToken ct)
    {
        if (core.Publication is not { } publication)
        {
            return plan.Publish ? await PublishCore.AddAsync(db, core, caller, plan.GroupIds, streams: false, ids, now, ct) : new PublicationView(default, default, [], []);
        }

        await SyncPublication.SyncAsync(db, core, ct);
        return plan.Publish
            ? await PublishCore.AddToGroupsAsync(db, caller, publication, plan.GroupIds, ct)
            : new PublicationView(publication.Slug, publication.ModelId, [], []);
    }
}
