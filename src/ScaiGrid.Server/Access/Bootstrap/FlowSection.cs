using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary><c>flows</c>: checked with all the rest of the file, and installed by <see cref="FlowInstallation"/> when the rest is there.</summary>
internal static class FlowSection
{
    private const int MostFaultsTold = 20;

    public static async Task FlowAsync(Entry entry, Installation to)
    {
        var id = to.Identify<Flow>(entry);
        var tenant = await RequiredAsync<Tenant>(entry, "tenant", to);
        var owner = await RequiredAsync<User>(entry, "owner", to);
        var (deploy, publish) = (entry.Flag("deploy"), entry.Flag("publish"));
        var groups = await to.ReferAllAsync<ModelGroup>(entry, "group_ids");
        var content = Read(entry, to.Folder);
        if (publish && !deploy)
        {
            entry.Fault("publish", "needs 'deploy: true'");
        }

        if (id is null || tenant is null || owner is null || content is not { } graph)
        {
            return;
        }

        if (owner.TenantId != tenant.Id)
        {
            entry.Fault("owner", $"'{owner.Id}' is not of the tenant '{tenant.Id}'");
        }

        foreach (var group in groups.Where(g => g.TenantId is { } t && t != tenant.Id || g.PartnerId is { } p && p != tenant.PartnerId))
        {
            entry.Fault("group_ids", $"'{group.Id}' is out of the tenant's reach");
        }

        if (await to.Db.Flows.AsNoTracking().AnyAsync(f => f.Id == id && f.TenantId != tenant.Id, to.Ct))
        {
            entry.Fault("id", $"'{id}' is a flow of another tenant");
        }

        var name = graph["name"].AsString() is { Length: > 0 } written ? written : id.Value.Value;
        CheckContent(entry, FlowContent.Complete(graph, id.Value, name), deploy);
        to.Flows.Add(new(entry, id.Value, tenant.Id, owner, name, graph, deploy, publish, [.. groups.Select(g => g.Id.Value)]));
    }

    private static void CheckContent(Entry entry, Value content, bool deploy)
    {
        var faults = deploy
            ? [.. FlowCompiler.Compile(content).Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => $"{(d.Path.Length == 0 ? "content" : d.Path)}: {d.Code}: {d.Message}")]
            : FlowContent.FaultsOf(content).Select(f => $"{f.Field}: {f.Message}").ToList();
        foreach (var fault in faults.Take(MostFaultsTold))
        {
            entry.Fault("file", fault);
        }

        if (faults.Count > MostFaultsTold)
        {
            entry.Fault("file", $"has {faults.Count - MostFaultsTold} more faults");
        }
    }

    private static async Task<T?> RequiredAsync<T>(Entry entry, string name, Installation to) where T : class, IIdentified<T>
    {
        if (!entry.Has(name))
        {
            entry.Fault(name, "is required");
        }

        return await to.ReferAsync<T>(entry, name);
    }

    /// <summary>The flow in the file, which lies in the bootstrap file's folder or below it.</summary>
    private static Value? Read(Entry entry, string folder)
    {
        var name = entry.Text("file", 1000);
        if (name.Length == 0)
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            entry.Fault("file", $"'{name}' is no file in the folder of this one");
            return null;
        }

        try
        {
            var bytes = new FileInfo(path).Length > FlowContent.MaxBytes ? throw new InvalidDataException($"it has more than {FlowContent.MaxBytes} bytes") : File.ReadAllBytes(path);
            using var document = JsonDocument.Parse(new UTF8Encoding(false, true).GetString(bytes), new() { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false });
            return Value.FromJson(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or DecoderFallbackException or UnauthorizedAccessException)
        {
            entry.Fault("file", $"'{name}' cannot be read as JSON: {e.Message}");
            return null;
        }
    }
}

/// <summary>One entry of <c>flows</c> that is right in itself.</summary>
internal sealed record FlowEntry(
    Entry Entry, Id<Flow> Id, Id<Tenant> Tenant, User Owner, string Name, Value Content, bool Deploy, bool Publish, IReadOnlyList<string> GroupIds);
