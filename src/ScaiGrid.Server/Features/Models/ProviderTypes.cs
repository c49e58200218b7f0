namespace ScaiGrid.Server.Features.Models;

/// <summary>The words for a backend's <c>provider_type</c> that the server itself knows the meaning of.</summary>
internal static class ProviderTypes
{
    /// <summary>A published Core, called within the process; made and removed by publishing only.</summary>
    public const string Core = "scaicore";
}
