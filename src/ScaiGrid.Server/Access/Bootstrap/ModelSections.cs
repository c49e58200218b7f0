using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary><c>model_groups</c>, <c>backends</c> and <c>models</c>.</summary>
internal static class ModelSections
{
    private static readonly string[] ProviderTypes = ["openai", "azure", "anthropic", "google", "mistral", "ollama", "custom", "scripted"];

    public static async Task GroupAsync(Entry entry, Installation to)
    {
        var id = to.Identify<ModelGroup>(entry);
        var name = entry.Text("name");
        var isDefault = entry.Flag("default");
        if (!entry.Has("scope"))
        {
            entry.Fault("scope", "is required: global, partner or tenant");
        }

        var scope = entry.Choice<ModelGroupScope>("scope");
        var partner = await OwnerAsync<Partner>(entry, "partner", scope is ModelGroupScope.Partner, to);
        var tenant = await OwnerAsync<Tenant>(entry, "tenant", scope is ModelGroupScope.Tenant, to);
        if (id is null || scope is null || (scope, partner, tenant) is (ModelGroupScope.Partner, null, _) or (ModelGroupScope.Tenant, _, null))
        {
            return;
        }

        var group = await to.Db.ModelGroups.FindAsync([id], to.Ct) ?? to.Db.Add(new ModelGroup
        {
            Id = id.Value,
            Name = name,
            Scope = scope.Value,
            PartnerId = partner?.Id,
            TenantId = tenant?.Id,
            CreatedAt = to.Now,
        }).Entity;
        if ((group.Scope, group.PartnerId, group.TenantId) != (scope, partner?.Id, tenant?.Id))
        {
            entry.Fault("scope", $"'{id}' is a group of another scope and cannot move");
            return;
        }

        (group.Name, group.IsDefault) = (name, isDefault);
    }

    public static async Task BackendAsync(Entry entry, Installation to)
    {
        var id = to.Identify<BackendModel>(entry);
        var provider = entry.Text("provider_type");
        var name = entry.OptionalText("name") ?? id?.Value ?? "";
        var config = entry.Json("connection_config");
        var timeout = entry.Number("timeout", 1, 3600);
        if (provider.Length > 0 && !ProviderTypes.Contains(provider))
        {
            entry.Fault("provider_type", $"'{provider}' must be one of {string.Join(", ", ProviderTypes)}");
            return;
        }

        if (id is null)
        {
            return;
        }

        var backend = await to.Db.Backends.FindAsync([id], to.Ct)
            ?? to.Db.Add(new BackendModel { Id = id.Value, ProviderType = provider, Name = name, CreatedAt = to.Now, UpdatedAt = to.Now }).Entity;
        if (backend.TenantId is { } tenant)
        {
            entry.Fault("id", $"'{id}' is a backend of '{tenant}'");
            return;
        }

        if (backend.ProviderType != provider || !SaysAlready(backend, config, to))
        {
            backend.ConnectionConfig = to.Secrets.Protect(provider, config); // other bytes each time, so only when it says something new
        }

        (backend.ProviderType, backend.Name, backend.Timeout) = (provider, name, timeout);
        if (to.Db.Entry(backend).State is EntityState.Modified)
        {
            backend.UpdatedAt = to.Now;
        }
    }

    public static async Task ModelAsync(Entry entry, Installation to)
    {
        var id = to.Identify<FrontendModel>(entry);
        var slug = entry.Required<ModelSlug>("slug", "a model slug, such as 'openai/gpt-4o'");
        var tenant = await to.ReferAsync<Tenant>(entry, "tenant");
        var groups = await to.ReferAllAsync<ModelGroup>(entry, "groups");
        var facts = FactsOf(entry, slug);
        var links = await LinksAsync(entry, to);
        foreach (var group in groups.Where(g => tenant is not null && (g.TenantId is { } t && t != tenant.Id || g.PartnerId is { } p && p != tenant.PartnerId)))
        {
            entry.Fault("groups", $"'{group.Id}' is out of the tenant's reach");
        }

        if (slug is { IsOfCore: true })
        {
            entry.Fault("slug", $"'{slug}' begins with '{ModelSlug.CorePrefix}', which is kept for published Cores");
            return;
        }

        if (id is null || slug is null)
        {
            return;
        }

        if (to.Db.Models.Local.Any(m => m.Slug == slug && m.Id != id) || await to.Db.Models.AnyAsync(m => m.Slug == slug && m.Id != id, to.Ct))
        {
            entry.Fault("slug", $"'{slug}' is another model's");
            return;
        }

        var model = await to.Db.Models.FindAsync([id], to.Ct)
            ?? to.Db.Add(new FrontendModel { Id = id.Value, Slug = slug.Value, DisplayName = facts.DisplayName, CreatedAt = to.Now, UpdatedAt = to.Now }).Entity;
        if (model.Slug != slug)
        {
            entry.Fault("slug", $"'{id}' is called '{model.Slug}' and cannot be renamed");
            return;
        }

        model.TenantId = tenant?.Id;
        facts.ApplyTo(model);
        if (to.Db.Entry(model).State is EntityState.Modified)
        {
            model.UpdatedAt = to.Now;
        }

        await PutInGroupsAsync(model.Slug, groups, to);
        await LinkAsync(model.Id, links, to);
    }

    private static bool SaysAlready(BackendModel backend, Value config, Installation to)
    {
        try
        {
            return to.Secrets.Unprotect(backend.ProviderType, backend.ConnectionConfig) == config;
        }
        catch (CryptographicException)
        {
            return false; // its key is gone, and the file has the secret
        }
    }

    private static async Task<T?> OwnerAsync<T>(Entry entry, string name, bool wanted, Installation to) where T : class, IIdentified<T>
    {
        if (wanted != entry.Has(name))
        {
            entry.Fault(name, wanted ? $"is required with scope {name}" : $"is only for scope {name}");
            return null;
        }

        return await to.ReferAsync<T>(entry, name);
    }

    private static ModelFacts FactsOf(Entry entry, ModelSlug? slug) => new(
        entry.OptionalText("display_name") ?? slug?.Value ?? "",
        entry.OptionalText("description", 4000) ?? "",
        entry.Choice<Modality>("modality") ?? Modality.Chat,
        entry.Json("capabilities"),
        entry.Number("context_window", 1, 100_000_000),
        entry.Number("max_output_tokens", 1, 100_000_000),
        entry.OptionalText("system_prompt_template", 32_000),
        entry.Json("default_params"),
        entry.Price("input_price_per_mtok"),
        entry.Price("output_price_per_mtok"));

    private static async Task<List<ModelBackend>> LinksAsync(Entry entry, Installation to)
    {
        var links = new List<ModelBackend>();
        var items = entry.Entries("backends");
        if (items.Count == 0)
        {
            entry.Fault("backends", "must name at least one backend");
        }

        foreach (var item in items)
        {
            if (!item.Has("backend"))
            {
                item.Fault("backend", "is required");
            }

            var backend = await to.ReferAsync<BackendModel>(item, "backend");
            var link = new ModelBackend
            {
                FrontendId = default,
                BackendId = backend?.Id ?? default,
                Priority = item.Number("priority", 0, 1000) ?? 0,
                Weight = item.Number("weight", 1, 1000) ?? 1,
            };
            item.Close();
            if (backend is not null && links.Exists(l => l.BackendId == backend.Id))
            {
                item.Fault("backend", $"'{backend.Id}' is given twice");
            }
            else if (backend is not null)
            {
                links.Add(link);
            }
        }

        return links;
    }

    /// <summary>The file says all of a model's groups, so that it can be taken out of one.</summary>
    private static async Task PutInGroupsAsync(ModelSlug slug, List<ModelGroup> groups, Installation to)
    {
        var before = await to.Db.ModelGroups.Where(g => g.Members.Any(m => m.Slug == slug)).ToListAsync(to.Ct);
        foreach (var left in before.Except(groups))
        {
            left.Remove(slug);
        }

        foreach (var group in groups)
        {
            group.Add(slug);
        }
    }

    private static async Task LinkAsync(Id<FrontendModel> model, List<ModelBackend> links, Installation to)
    {
        var before = await to.Db.ModelBackends.Where(l => l.FrontendId == model).ToListAsync(to.Ct);
        to.Db.RemoveRange(before.Where(old => !links.Exists(l => l.BackendId == old.BackendId)));
        foreach (var link in links)
        {
            var row = before.Find(old => old.BackendId == link.BackendId) ?? to.Db.Add(new ModelBackend { FrontendId = model, BackendId = link.BackendId }).Entity;
            (row.Priority, row.Weight) = (link.Priority, link.Weight);
        }
    }

    private sealed record ModelFacts(
        string DisplayName, string Description, Modality Modality, Value Capabilities, int? ContextWindow, int? MaxOutputTokens,
        string? SystemPromptTemplate, Value DefaultParams, decimal InputPrice, decimal OutputPrice)
    {
        public void ApplyTo(FrontendModel model)
        {
            (model.DisplayName, model.Description, model.Modality) = (DisplayName, Description, Modality);
            (model.Capabilities, model.DefaultParams, model.SystemPromptTemplate) = (Capabilities, DefaultParams, SystemPromptTemplate);
            (model.ContextWindow, model.MaxOutputTokens) = (ContextWindow, MaxOutputTokens);
            (model.InputPricePerMtok, model.OutputPricePerMtok) = (InputPrice, OutputPrice);
        }
    }
}
