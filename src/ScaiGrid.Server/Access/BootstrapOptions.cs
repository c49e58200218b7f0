namespace ScaiGrid.Server.Access;

internal sealed class BootstrapOptions
{
    /// <summary>A YAML file that is applied at every start; null means none.</summary>
    public string? File { get; set; }
}
