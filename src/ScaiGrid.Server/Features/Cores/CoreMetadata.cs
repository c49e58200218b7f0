using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>Under which model a Core is published.</summary>
internal sealed record Publication(Id<FrontendModel> ModelId, Id<BackendModel> BackendId, ModelSlug Slug);

internal sealed partial class Core
{
    /// <summary>Null while the Core is not published. It is kept in <see cref="Metadata"/>, where the contract wants it.</summary>
    public Publication? Publication
    {
        get => Metadata["published"].IsTruthy
            ? new(new(Metadata["published_model_id"].AsString()!), new(Metadata["published_backend_id"].AsString()!), new(Metadata["published_slug"].AsString()!))
            : null;
        private set => Metadata = Value.Object(
        [
            .. Metadata.Members.Where(m => !IsServers(m.Key)),
            .. value is null ? [] : new KeyValuePair<string, Value>[]
            {
                new("published", true),
                new("published_model_id", value.ModelId.Value),
                new("published_backend_id", value.BackendId.Value),
                new("published_slug", value.Slug.Value),
            },
        ]);
    }

    /// <summary>Replaces the owner's members; the server's own are neither set nor removed this way.</summary>
    public void ReplaceMetadata(Value sent) => Metadata = Value.Object(
        [.. sent.Members.Where(m => !IsServers(m.Key)), .. Metadata.Members.Where(m => IsServers(m.Key))]);

    /// <summary>What the program calls itself to users: <c>identity.persona</c> of the manifest; null when it says nothing.</summary>
    public string? Persona => Source["core"]["identity"]["persona"].AsString() ?? Source["identity"]["persona"].AsString();

    /// <summary>Publishing says only where the model is: the program goes on as it was.</summary>
    public Result<Publication> Publish(Publication publication, DateTimeOffset now)
    {
        if (Publication is not null)
        {
            return KernelErrors.Validation.With("Core is already published as a model");
        }

        Publication = publication;
        Touch(now);
        return publication;
    }

    /// <returns>Where it was published.</returns>
    public Result<Publication> Unpublish(DateTimeOffset now)
    {
        if (Publication is not { } publication)
        {
            return KernelErrors.Validation.With("Core is not published");
        }

        Publication = null;
        Touch(now);
        return publication;
    }

    private static bool IsServers(string name) => name == "published" || name.StartsWith("published_", StringComparison.Ordinal);
}
