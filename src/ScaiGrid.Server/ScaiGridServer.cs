using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Health;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server;

/// <summary>How the server is put together: its parts, the steps that each request takes, and what happens before the first one.</summary>
internal static class ScaiGridServer
{
    extension(IServiceCollection services)
    {
        public void AddScaiGrid(ServerOptions options)
        {
            services.AddSingleton(options);
            services.AddSingleton(TimeProvider.System);
            services.AddSingleton<IdSource>();
            services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
            services.AddOpenApi();

            services.AddData(options);
            services.AddStorage(options);
            services.AddSingleton<ApiKeyDirectory>();
            services.AddSingleton<Authenticator>();
            services.AddScoped<Auditor>();
            services.AddSingleton<ConnectionSecrets>();
            services.AddSingleton<Catalogue>();
        }
    }

    extension(WebApplication app)
    {
        public void UseScaiGrid()
        {
            app.UseMiddleware<Edge>();
            app.UseRouting();
            app.UseMiddleware<RefusalAudit>();
            app.UseMiddleware<Gate>();

            app.MapHealth();
            app.MapOpenApi("/openapi/{documentName}.json").RequiresSignIn();
        }

        public async Task StartScaiGridAsync(ServerOptions options)
        {
            await DataRegistration.MigrateAsync(app.Services, app.Lifetime.ApplicationStopping);
            app.Services.GetRequiredService<Catalogue>(); // registers itself with the stamps, which fill it
            await app.Services.GetRequiredService<ChangeStamps>().CatchUpAsync(app.Lifetime.ApplicationStopping);
            await app.StartAsync();
        }
    }
}
