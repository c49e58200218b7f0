namespace ScaiGrid.Server.Data;

internal sealed class DatabaseOptions
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Provider { get; set; } = "sqlite";

    /// <summary>Null means a file in <c>DataDir</c>, which only SQLite can do.</summary>
    public string? ConnectionString { get; set; }
}
