using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>Something that a flow needs and that is not there for who is going to run it.</summary>
/// <param name="Kind"><c>model</c>, <c>plugin</c>, <c>subflow</c> or <c>secret</c>.</param>
/// <param name="Name">The model's slug, the plugin's alias, the Core's address, or the name in the Core's environment.</param>
internal sealed record Lack(string Kind, string Name, string Message);

/// <summary>Compares what a flow needs with what there is. Queues never lack: they are made when they are first used.</summary>
internal sealed class Lacks(Catalogue catalogue)
{
    // Models of other providers are configured outside of this server's catalogue.
    private const string OwnModels = "scaigrid", CoreAddress = "core://";

    /// <param name="isPlugged">Whether a plugin of that alias has an address in the Core that is, or would be, deployed.</param>
    public async Task<IReadOnlyList<Lack>> OfAsync(Db db, Principal caller, Requirements requires, Func<string, bool> isPlugged, CancellationToken ct)
    {
        var lacks = new List<Lack>();
        foreach (var model in requires.Models.Where(m => m.Ref == OwnModels).DistinctBy(m => m.Model).Where(m => !catalogue.Current.Resolve(caller, m.Model).Succeeded(out _, out _)))
        {
            lacks.Add(new("model", model.Model, $"There is no model '{model.Model}' here for the role '{model.Role}'; choose another before deploying."));
        }

        lacks.AddRange(requires.Plugins.Where(alias => !isPlugged(alias))
            .Select(alias => new Lack("plugin", alias, $"Nothing says where the plugin '{alias}' is; give the Core a plugin of that alias, with its address.")));
        foreach (var target in requires.Subflows.Where(t => t.StartsWith(CoreAddress, StringComparison.Ordinal)))
        {
            if (!await IsThereAsync(db, caller, target[CoreAddress.Length..].Split('/'), ct))
            {
                lacks.Add(new("subflow", target, $"There is no Core '{target}' in this tenant; deploy it, or change the call."));
            }
        }

        return lacks;
    }

    /// <summary>What the secrets of the Core's plugins are said to be, and its environment does not have.</summary>
    public static IEnumerable<Lack> Secrets(Core core) => CorePlugins.Unset(core.Plugins, core.Environment).DistinctBy(u => u.Name).Select(u =>
        new Lack("secret", u.Name, $"The plugin '{u.Alias}' signs in with '{u.Name}', which the Core's environment does not have; set it before the plugin is called."));

    private static async Task<bool> IsThereAsync(Db db, Principal caller, string[] address, CancellationToken ct)
    {
        if (address is not [var tenant, var core] || !Slug.TryParse(core, null, out var slug))
        {
            return false;
        }

        return caller.TenantId is { } id && (tenant == caller.TenantSlug?.Value || tenant == id.Value) && await db.Cores.AnyAsync(c => c.TenantId == id && c.Slug == slug, ct);
    }
}
