using Microsoft.Extensions.DependencyInjection;

namespace ScaiGrid.Server.Tests.Host;

internal static class Replicas
{
    extension(TestServer server)
    {
        /// <summary>Another server on the same database and objects, as behind one load balancer.</summary>
        public TestServer AnotherReplica()
        {
            var options = server.Services.GetRequiredService<ServerOptions>();
            var (database, oidc) = (options.Database, options.Oidc);
            return new(new()
            {
                ["Oidc:Mode"] = oidc.Mode,
                ["Oidc:Authority"] = oidc.Authority,
                ["Oidc:Audience"] = oidc.Audience,
                ["Oidc:RequireHttps"] = oidc.RequireHttps ? "true" : "false",
                ["Database:ConnectionString"] = database.ConnectionString ?? $"Data Source={Path.Combine(server.Folder, "scaigrid.db")};Default Timeout=30",
                ["DataDir"] = server.Folder,
                ["Egress:AllowedHosts:0"] = options.Egress.AllowedHosts.FirstOrDefault(),
            });
        }
    }
}
