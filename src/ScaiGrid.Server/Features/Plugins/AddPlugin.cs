using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Plugins;

/// <summary><c>POST /cores/{id}/plugins</c>: registers one more plugin. A change of the Core: runs that begin after it can call the plugin.</summary>
internal static class AddPlugin
{
    /// <param name="Alias">What the program calls it.</param>
    /// <param name="Endpoint">An absolute http or https address; the bridge calls methods below it.</param>
    /// <param name="Kind"><c>http</c>, the bridge, unless told; <c>mcp</c> is a server of the Model Context Protocol, whose tools are the methods.</param>
    /// <param name="Auth"><c>{type: bearer, token}</c>, <c>{type: basic, username, password}</c> or <c>{type: header, name, value}</c>; <c>${NAME}</c> stands for a value of the Core's environment.</param>
    /// <param name="Timeout">Seconds, at most 3600; 30 unless told.</param>
    public sealed record Request(string Alias, string Endpoint, PluginKind? Kind = null, Value? Auth = null, decimal? Timeout = null)
    {
        public Value ToValue() => Value.Object(
        [
            new("alias", Alias),
            new("endpoint", Endpoint),
            new("kind", Kind?.ToString().ToLowerInvariant()),
            new("auth", Auth ?? default),
            new("timeout", Timeout is { } seconds ? seconds : default(Value)),
        ]);
    }

    public static void Map(IEndpointRouteBuilder plugins) => plugins
        .MapPost("", HandleAsync)
        .WithName("AddCorePlugin")
        .WithSummary("Register a plugin of a Core")
        .Requires(Permissions.CoreManage)
        .Audits("core.add_plugin")
        .Answers<PluginView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.PreconditionFailed, CoreErrors.NotFound, PluginErrors.Conflict);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, Body<Request> body, IfMatch ifMatch, Db db, Auditor auditor, CorePlugins plugins, TimeProvider clock, CancellationToken ct)
    {
        var plugin = body.Value.ToValue();
        var added = await db.RetryOnConflictAsync<Result<Core>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            if ((ifMatch.Refuse(core.Version) ?? Refuse(core, plugin, plugins)) is { } refused)
            {
                return refused;
            }

            var before = CoreView.Of(core);
            core.Plugins = Value.Array([.. core.Plugins.Items, .. plugins.Protect(Value.Array(plugin), default).Items]);
            core.Touch(clock.GetUtcNow());
            auditor.Changed(core.Id.Value, before, CoreView.Of(core));
            await db.SaveChangesAsync(ct);
            return core;
        });

        return added.Succeeded(out var changed, out var error) ? Reply.Created(PluginView.AllOf(changed)[^1]).WithETag(changed.Version) : error.ToResult();
    }

    private static Error? Refuse(Core core, Value plugin, CorePlugins plugins)
    {
        var faults = new List<Fault>();
        plugins.CheckOne(plugin, "", faults);
        CorePlugins.CheckMasksOfOne(plugin, default, "", faults);
        if (core.Plugins.Items.Count >= CorePlugins.MostPlugins)
        {
            faults.Add(new("alias", $"would be one more than the {CorePlugins.MostPlugins} plugins that a Core may have"));
        }

        return faults.Count > 0 ? KernelErrors.Faulty(faults)
            : core.Plugins.Items.Any(p => p["alias"] == plugin["alias"]) ? PluginErrors.Taken(plugin["alias"].ToText())
            : null;
    }
}
