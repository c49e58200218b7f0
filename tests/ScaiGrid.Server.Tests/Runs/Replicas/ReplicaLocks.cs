using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Replicas;

internal static class ReplicaLocks
{
    extension(TestServer server)
    {
        /// <summary>The lock of another process on the server's database.</summary>
        public IReplicaLock NewLock()
        {
            var options = server.Services.GetRequiredService<ServerOptions>();
            return options.Database.Provider == "sqlite" ? new FileReplicaLock(options) : new PostgresReplicaLock(options);
        }
    }
}
