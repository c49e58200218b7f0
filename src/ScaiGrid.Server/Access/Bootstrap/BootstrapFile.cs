using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>
/// Applies the bootstrap file, in one transaction or not at all; its flows follow, each in one of its own. What is in it is created or updated, by id;
/// nothing is deleted.
/// Applying the same file again changes nothing.
/// </summary>
internal sealed class BootstrapFile(Db db, ConnectionSecrets secrets, FlowInstallation flows, IdSource ids, TimeProvider clock)
{
    private static readonly (string Name, Func<Entry, Installation, Task> Apply)[] Sections =
    [
        ("partners", TenancySections.PartnerAsync),
        ("tenants", TenancySections.TenantAsync),
        ("groups", TenancySections.GroupAsync),
        ("users", PeopleSections.UserAsync),
        ("model_groups", ModelSections.GroupAsync),
        ("api_keys", PeopleSections.ApiKeyAsync),
        ("service_clients", PeopleSections.ServiceClientAsync),
        ("backends", ModelSections.BackendAsync),
        ("models", ModelSections.ModelAsync),
        ("flows", FlowSection.FlowAsync),
    ];

    /// <returns>Everything that is wrong with it, in the order of its lines; then nothing was changed.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(string path, Func<string, string?> environment, CancellationToken ct)
    {
        if (new FileInfo(path).Length > BootstrapYaml.MaxBytes)
        {
            return [$"The file has more than {BootstrapYaml.MaxBytes} bytes."];
        }

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(await File.ReadAllBytesAsync(path, ct));
        }
        catch (DecoderFallbackException)
        {
            return ["The file is not UTF-8."];
        }

        var (faults, entries) = await db.RetryOnConflictAsync(() => ApplyTextAsync(text.TrimStart('\uFEFF'), Path.GetDirectoryName(Path.GetFullPath(path))!, environment, ct)); // replicas may start together
        foreach (var entry in faults.Count == 0 ? entries : [])
        {
            db.ChangeTracker.Clear();
            await db.RetryOnConflictAsync(() => InstallAsync(entry, faults, ct));
        }

        return [.. faults.OrderBy(f => f.Line).Select(f => f.ToString())];
    }

    private async Task<(List<BootstrapFault> Faults, List<FlowEntry> Flows)> ApplyTextAsync(string text, string folder, Func<string, string?> environment, CancellationToken ct)
    {
        var faults = new List<BootstrapFault>();
        var installation = new Installation(db, clock.GetUtcNow(), secrets, folder, ct);
        if (BootstrapYaml.Read(text, environment, faults) is { } root)
        {
            var file = new Entry(root, "", faults);
            foreach (var (name, apply) in Sections)
            {
                foreach (var entry in file.Entries(name))
                {
                    await apply(entry, installation);
                    entry.Close();
                }
            }

            file.Close();
        }

        if (faults.Count == 0)
        {
            AuditChanges();
            await db.SaveChangesAsync(ct);
        }

        return (faults, installation.Flows);
    }

    private async Task<bool> InstallAsync(FlowEntry entry, List<BootstrapFault> faults, CancellationToken ct)
    {
        if (await flows.ApplyAsync(entry, ct) is { } error)
        {
            faults.Add(new(entry.Entry.Line, $"flows: {entry.Id}", error.Message));
            return false;
        }

        AuditChanges();
        await db.SaveChangesAsync(ct);
        return true;
    }

    private void AuditChanges()
    {
        db.ChangeTracker.DetectChanges();
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.State is EntityState.Added or EntityState.Modified && !e.Metadata.IsOwned() && e.Metadata.FindProperty("Id") is not null).ToList())
        {
            var kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(entry.Metadata.ClrType.Name);
            var tenant = entry.Metadata.FindProperty("TenantId") is null ? null : entry.Property("TenantId").CurrentValue?.ToString();
            db.Audit(new()
            {
                Stream = tenant ?? AuditEntry.Platform,
                Id = ids.New("audit"),
                Timestamp = clock.GetUtcNow(),
                Action = $"{kind}.{(entry.State is EntityState.Added ? "create" : "update")}",
                ActorId = "bootstrap",
                ActorType = "system",
                ResourceType = kind,
                ResourceId = entry.Property("Id").CurrentValue!.ToString(),
                Status = "SUCCESS",
                BeforeDigest = entry.State is EntityState.Added ? null : DigestOf(entry.OriginalValues),
                AfterDigest = DigestOf(entry.CurrentValues),
            });
        }
    }

    private static string DigestOf(PropertyValues values) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        values.Properties.ToDictionary(p => p.Name, p => values[p]), Json.Options)));
}
