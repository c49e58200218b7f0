using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>The backends that a model is mapped to and the groups that it stands in, on their way from a request into rows.</summary>
internal sealed class ModelPlacement
{
    private readonly Db _db;
    private readonly FrontendModel _model;
    private readonly List<ModelBackend> _links;
    private readonly List<ModelGroup> _groups;

    private ModelPlacement(Db db, FrontendModel model, List<ModelBackend> links, List<ModelGroup> groups) =>
        (_db, _model, _links, _groups) = (db, model, links, groups);

    public ModelView View => ModelView.Of(_model, _links, _groups.Select(g => g.Id));

    public bool HasBackends => _links.Count > 0;

    public static async Task<ModelPlacement> LoadAsync(Db db, FrontendModel model, CancellationToken ct) => new(
        db,
        model,
        await db.ModelBackends.Where(l => l.FrontendId == model.Id).ToListAsync(ct),
        await db.ModelGroups.Where(g => g.Members.Any(m => m.Slug == model.Slug)).ToListAsync(ct));

    /// <summary>Takes the model out of every group, whosever they are: it is gone, or new under a name that stood there before.</summary>
    public void LeaveGroups()
    {
        _groups.ForEach(g => g.Remove(_model.Slug));
        _groups.Clear();
    }

    /// <summary>Maps the model to these backends and no others. The caller must own each, and so must the model's tenant or the platform.</summary>
    public async Task MapAsync(IReadOnlyList<ModelSettings.Link> wanted, CatalogueSnapshot catalogue, Principal caller, List<Fault> faults, CancellationToken ct)
    {
        var ids = wanted.Select(l => l.Backend).ToList();
        var backends = await _db.Backends.AsNoTracking().Where(b => ids.Contains(b.Id)).ToDictionaryAsync(b => b.Id, ct);
        foreach (var (i, link) in wanted.Index())
        {
            if (!backends.TryGetValue(link.Backend, out var backend) || !ModelGroupScopes.AllowsOwner(caller, backend.TenantId, catalogue.PartnerOf(backend.TenantId)))
            {
                faults.Add(new($"backends[{i}].backend", "is not a backend of yours"));
            }
            else if (backend.TenantId is not null && backend.TenantId != _model.TenantId)
            {
                faults.Add(new($"backends[{i}].backend", "belongs to another tenant than the model"));
            }
            else if (backend.ProviderType == ProviderTypes.Core)
            {
                faults.Add(new($"backends[{i}].backend", "is a published Core, which has a model of its own"));
            }
        }

        if (faults.Count == 0)
        {
            Replace(wanted);
        }
    }

    /// <summary>Puts the model in these groups, and takes it out of others that the caller may change.</summary>
    public async Task JoinAsync(IReadOnlyList<string> wanted, CatalogueSnapshot catalogue, Principal caller, List<Fault> faults, CancellationToken ct)
    {
        var ids = wanted.Select(id => new Id<ModelGroup>(id)).ToList();
        var found = await _db.ModelGroups.Where(g => ids.Contains(g.Id)).ToDictionaryAsync(g => g.Id, ct);
        foreach (var (i, id) in ids.Index())
        {
            if (!found.TryGetValue(id, out var group) || !(_groups.Contains(group) || MayChange(group)))
            {
                faults.Add(new($"groups[{i}]", "is not a group that you may add to"));
            }
        }

        if (faults.Count == 0)
        {
            foreach (var group in _groups.Where(g => !found.ContainsKey(g.Id) && MayChange(g)).ToList())
            {
                group.Remove(_model.Slug);
                _groups.Remove(group);
            }

            foreach (var group in found.Values.Where(g => !_groups.Contains(g)).ToList())
            {
                group.Add(_model.Slug);
                _groups.Add(group);
            }
        }

        bool MayChange(ModelGroup group) => ModelGroupScopes.Allows(caller, group, catalogue.PartnerOf(group.TenantId));
    }

    private void Replace(IReadOnlyList<ModelSettings.Link> wanted)
    {
        foreach (var gone in _links.Where(l => wanted.All(w => w.Backend != l.BackendId)).ToList())
        {
            _links.Remove(gone);
            _db.ModelBackends.Remove(gone);
        }

        foreach (var link in wanted)
        {
            if (_links.Find(l => l.BackendId == link.Backend) is { } known)
            {
                (known.Priority, known.Weight) = (link.Priority, link.Weight);
            }
            else
            {
                var added = new ModelBackend { FrontendId = _model.Id, BackendId = link.Backend, Priority = link.Priority, Weight = link.Weight };
                _links.Add(added);
                _db.ModelBackends.Add(added);
            }
        }
    }
}
