namespace ScaiGrid.Server.Storage;

internal static class StorageRegistration
{
    extension(IServiceCollection services)
    {
        public IServiceCollection AddStorage(ServerOptions options) => services.AddSingleton<IObjectStore>(options.ObjectStore.Provider switch
        {
            "files" => new FileObjectStore(Path.Combine(options.DataDir, "objects")),
            "s3" => S3ObjectStore.Connect(options.ObjectStore.S3),
            var other => throw new InvalidOperationException($"ObjectStore:Provider is '{other}'."), // validated before
        });
    }
}
