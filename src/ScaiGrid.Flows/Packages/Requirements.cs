using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Packages;

/// <summary>What a flow needs of the tenant that runs it. Each list is sorted and names everything once.</summary>
/// <param name="Models">The model registry.</param>
/// <param name="Plugins">Aliases of plugins.</param>
/// <param name="Queues">Queues that it publishes to, takes from or lists reviews under.</param>
/// <param name="Subflows">Cores that it calls: <c>core://{tenant}/{core}</c>.</param>
public sealed record Requirements(
    IReadOnlyList<RequiredModel> Models, IReadOnlyList<string> Plugins, IReadOnlyList<RequiredQueue> Queues, IReadOnlyList<string> Subflows)
{
    public static Requirements None { get; } = new([], [], [], []);

    public Value ToValue() => Value.Object(
        new("models", Value.Array([.. Models.Select(m => Value.Object(new("role", m.Role), new("ref", m.Ref), new("model", m.Model)))])),
        new("plugins", Texts(Plugins)),
        new("queues", Value.Array([.. Queues.Select(q => Value.Object(new("name", q.Name), new("scope", q.Scope)))])),
        new("subflows", Texts(Subflows)));

    internal static Requirements Read(ShapeCheck shape) => new(
        shape.Items("models", m => new RequiredModel(m.Text("role"), m.Text("ref"), m.Text("model"))),
        shape.Texts("plugins"),
        shape.Items("queues", q => new RequiredQueue(q.Text("name"), q.TextOrNull("scope"))),
        shape.Texts("subflows"));

    private static Value Texts(IReadOnlyList<string> texts) => Value.Array([.. texts.Select(t => (Value)t)]);
}

/// <param name="Role">The name that the flow's nodes know it by.</param>
/// <param name="Ref">Who serves it, such as <c>scaigrid</c>.</param>
/// <param name="Model">Its name there; at <c>scaigrid</c>, the model's slug.</param>
public sealed record RequiredModel(string Role, string Ref, string Model);

/// <param name="Scope">Null where the flow names none.</param>
public sealed record RequiredQueue(string Name, string? Scope);
