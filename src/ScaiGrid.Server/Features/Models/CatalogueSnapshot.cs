using System.Collections.Frozen;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>Everything that can be called, as it stood at one moment.</summary>
internal sealed class CatalogueSnapshot
{
    private readonly FrozenDictionary<string, CatalogueModel> _bySlug;
    private readonly FrozenDictionary<string, CatalogueModel>.AlternateLookup<ReadOnlySpan<char>> _bySlugText;
    private readonly FrozenDictionary<Id<FrontendModel>, CatalogueModel> _byId;

    /// <param name="models">In any order.</param>
    public CatalogueSnapshot(IEnumerable<CatalogueModel> models, IEnumerable<CatalogueGroup> groups, IEnumerable<CatalogueTenant> tenants)
    {
        Models = [.. models.OrderBy(m => m.Slug, StringComparer.Ordinal)];
        Groups = groups.ToFrozenDictionary(g => g.Id);
        Tenants = tenants.ToFrozenDictionary(t => t.Id);
        _bySlug = Models.ToFrozenDictionary(m => m.Slug, StringComparer.Ordinal);
        _bySlugText = _bySlug.GetAlternateLookup<ReadOnlySpan<char>>();
        _byId = Models.ToFrozenDictionary(m => m.Id);
    }

    /// <summary>In the ordinal order of their slugs.</summary>
    public IReadOnlyList<CatalogueModel> Models { get; }

    public FrozenDictionary<Id<ModelGroup>, CatalogueGroup> Groups { get; }

    public FrozenDictionary<Id<Tenant>, CatalogueTenant> Tenants { get; }

    /// <summary>Puts what hangs together from rows.</summary>
    /// <param name="backends">Those that can be used; links to others are counted, not followed.</param>
    public static CatalogueSnapshot Of(
        IReadOnlyList<CatalogueTenant> tenants,
        IReadOnlyList<ModelGroup> groups,
        IReadOnlyList<FrontendModel> models,
        IReadOnlyList<ModelBackend> links,
        IReadOnlyList<CatalogueBackend> backends)
    {
        var backendById = backends.ToDictionary(b => b.Id);
        var tenantById = tenants.ToDictionary(t => t.Id);
        var groupById = groups.ToDictionary(g => g.Id, CatalogueGroup.Of);
        var groupsOf = groups.SelectMany(g => g.Members, (g, member) => (member.Slug, Group: groupById[g.Id])).ToLookup(x => x.Slug, x => x.Group);
        var linksOf = links.ToLookup(l => l.FrontendId);
        return new(models.Select(Assemble), groupById.Values, tenants);

        CatalogueModel Assemble(FrontendModel row) => new(row)
        {
            PartnerId = row.TenantId is { } owner ? tenantById.GetValueOrDefault(owner)?.PartnerId : null,
            Groups = [.. groupsOf[row.Slug]],
            LinkCount = linksOf[row.Id].Count(),
            Backends = [.. linksOf[row.Id]
                .Where(l => backendById.ContainsKey(l.BackendId))
                .OrderBy(l => l.Priority).ThenBy(l => l.BackendId)
                .Select(l => new CatalogueLink(backendById[l.BackendId], l.Priority, l.Weight))],
        };
    }

    public CatalogueModel? Find(ReadOnlySpan<char> slug) => _bySlugText.TryGetValue(slug, out var model) ? model : null;

    public CatalogueModel? Find(Id<FrontendModel> id) => _byId.GetValueOrDefault(id);

    public CatalogueTenant? TenantOf(Principal principal) => principal.TenantId is { } id ? Tenants.GetValueOrDefault(id) : null;

    /// <summary>Null for what belongs to no tenant.</summary>
    public Id<Partner>? PartnerOf(Id<Tenant>? tenant) => tenant is { } id ? Tenants.GetValueOrDefault(id)?.PartnerId : null;

    public Sight See(Principal principal, CatalogueModel model) => Visibility.See(principal, TenantOf(principal), model);

    /// <summary>The model of that slug, when the caller may see it.</summary>
    public Result<CatalogueModel> Resolve(Principal principal, ReadOnlySpan<char> slug) => Show(principal, Find(slug), slug);

    /// <param name="asked">What the caller called it; a refusal tells no more.</param>
    public Result<CatalogueModel> Show(Principal principal, CatalogueModel? model, ReadOnlySpan<char> asked) =>
        model is null ? ModelErrors.Missing(asked) : See(principal, model) switch
        {
            Sight.Visible => model,
            Sight.Denied => ModelErrors.AccessDenied.With($"The model '{asked}' is not shown to you."),
            _ => ModelErrors.Missing(asked),
        };
}
