using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>One reading of the file onto the database. Nothing is saved before everything has been read.</summary>
/// <param name="folder">The file's own, which what it names lies in.</param>
internal sealed class Installation(Db db, DateTimeOffset now, ConnectionSecrets secrets, string folder, CancellationToken ct)
{
    private readonly Dictionary<(Type Kind, string Id), int> _declared = [];

    public Db Db => db;

    public DateTimeOffset Now => now;

    public ConnectionSecrets Secrets => secrets;

    public string Folder => folder;

    /// <summary>What is installed once all the rest is there.</summary>
    public List<FlowEntry> Flows { get; } = [];

    public CancellationToken Ct => ct;

    /// <summary>The entry's id, which no other entry of its section may have.</summary>
    public Id<T>? Identify<T>(Entry entry) where T : IIdentified<T>
    {
        if (entry.Required<Id<T>>("id", "an id: 1 to 64 letters, digits, '_' and '-'") is not { } id)
        {
            return null;
        }

        if (_declared.TryAdd((typeof(T), id.Value), entry.Line))
        {
            return id;
        }

        entry.Fault("id", $"'{id}' is given twice, first on line {_declared[(typeof(T), id.Value)]}");
        return null;
    }

    /// <summary>A member that names something of this file or of the database.</summary>
    public async Task<T?> ReferAsync<T>(Entry entry, string name) where T : class, IIdentified<T> =>
        entry.Optional<Id<T>>(name, "an id") is { } id ? await ReferAsync<T>(entry, name, id.Value) : null;

    public async Task<T?> ReferAsync<T>(Entry entry, string at, string id) where T : class, IIdentified<T>
    {
        var found = IdSyntax.Pattern().IsMatch(id) ? await db.FindAsync<T>([new Id<T>(id)], ct) : null;
        if (found is null && !_declared.ContainsKey((typeof(T), id))) // one that is declared but faulty was complained about already
        {
            entry.Fault(at, $"'{id}' is not the id of a {WordOf<T>()} in this file or in the database");
        }

        return found;
    }

    /// <summary>The ids of a list that name something.</summary>
    public async Task<List<T>> ReferAllAsync<T>(Entry entry, string name) where T : class, IIdentified<T>
    {
        var found = new List<T>();
        foreach (var (i, id) in entry.Words(name, "an id", IdSyntax.Pattern().IsMatch).Index())
        {
            if (await ReferAsync<T>(entry, $"{name}[{i}]", id) is { } thing)
            {
                found.Add(thing);
            }
        }

        return found;
    }

    private static string WordOf<T>() => typeof(T) == typeof(ModelGroup) ? "model group"
        : typeof(T) == typeof(UserGroup) ? "group"
        : typeof(T) == typeof(BackendModel) ? "backend"
        : typeof(T).Name.ToLowerInvariant();
}
