namespace ScaiGrid.Server.Storage;

internal sealed class ObjectStoreOptions
{
    /// <summary><c>files</c> (below <c>DataDir</c>) or <c>s3</c>.</summary>
    public string Provider { get; set; } = "files";

    public S3Options S3 { get; set; } = new();
}

internal sealed class S3Options
{
    /// <summary>Null means AWS itself, in <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    public string? Bucket { get; set; }

    public string Region { get; set; } = "us-east-1";

    /// <summary>Null means the machine's own role.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>True puts the bucket in the path rather than the host name, as most servers other than AWS want it.</summary>
    public bool ForcePathStyle { get; set; } = true;
}
