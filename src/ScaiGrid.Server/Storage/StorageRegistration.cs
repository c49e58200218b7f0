using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Storage;

internal static class StorageRegistration
{
    extension(IServiceCollection services)
    {
        public void AddStorage(ServerOptions options)
        {
            services.AddSingleton<IObjectStore>(options.ObjectStore.Provider switch
            {
                "files" => new FileObjectStore(Path.Combine(options.DataDir, "objects")),
                "s3" => S3ObjectStore.Connect(options.ObjectStore.S3),
                var other => throw new InvalidOperationException($"ObjectStore:Provider is '{other}'."), // validated before
            });
            services.AddSingleton<IRowedObjects, PackageObjects>();
            services.AddSingleton<IRowedObjects, FlowObjects>();
            services.AddSingleton<IRowedObjects, RunHistoryObjects>();
            services.AddSingleton<ObjectSweeper>();
            services.AddHostedService(s => s.GetRequiredService<ObjectSweeper>());
        }
    }
}
