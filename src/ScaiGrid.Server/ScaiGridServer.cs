using Microsoft.Extensions.DependencyInjection.Extensions;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Anthropic;
using ScaiGrid.Gateway.Providers.Azure;
using ScaiGrid.Gateway.Providers.Google;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Mistral;
using ScaiGrid.Gateway.Providers.Ollama;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Providers.Scripted;
using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Bootstrap;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Delegation;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Health;
using ScaiGrid.Server.Features.Inference;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.OpenAi;
using ScaiGrid.Server.Features.Plugins;
using ScaiGrid.Server.Features.Queues;
using ScaiGrid.Server.Features.Retention;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Features.Users;
using ScaiGrid.Server.Features.Webhooks;
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
            services.TryAddSingleton(TimeProvider.System);
            services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
            services.AddSingleton<IdSource>();
            services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
            services.AddOpenApi(OpenApiDescription.Describe);

            services.AddData(options);
            services.AddStorage(options);
            services.AddSingleton<ApiKeyDirectory>();
            services.AddOidc(options);
            services.AddSignIn(options);
            services.AddSingleton<TenantDirectory>();
            services.AddSingleton<Authenticator>();
            services.AddSingleton<RateLimiter>();
            services.AddSingleton<RateLimits>();
            services.AddScoped<BootstrapFile>();
            services.AddScoped<FlowInstallation>();
            services.AddScoped<Auditor>();
            services.AddSingleton<RefusalAudit>();
            services.AddSingleton<ConnectionSecrets>();
            services.AddSingleton<Catalogue>();
            services.AddSingleton<BackendConfigs>();
            services.AddCatalog();
            services.AddInference(options); // before those who write behind, so that it stops after them
            services.AddCores(options);
        }

        private void AddCores(ServerOptions options)
        {
            services.AddSingleton<CoreEnvironment>();
            services.AddSingleton<CorePlugins>();
            services.AddSingleton<CorePrograms>();
            services.AddSingleton<RunModels>();
            services.AddSingleton<Executor>();
            services.AddSingleton(s => new Lazy<Executor>(s.GetRequiredService<Executor>));
            services.AddSingleton<RunHistories>();
            services.AddSingleton<RunLeases>();
            services.AddReplicas(options);
            services.AddSingleton<InstanceSeal>();
            services.AddSingleton<InstanceRows>();
            services.AddSingleton<Turns>();
            services.AddHostedService<StalledTurns>();
            services.AddSingleton<RunWriter>();
            services.AddSingleton<RunStore>();
            services.AddSingleton<FeedReader>();
            services.AddSingleton<EventStreams>();
            services.AddSingleton<RunStep>();
            services.AddSingleton<RunWorker>();
            services.AddSingleton(s => new Lazy<RunWorker>(s.GetRequiredService<RunWorker>));
            services.AddHostedService(s => s.GetRequiredService<RunWorker>());
            services.AddEffects();
            services.AddHostedService<CheckpointClock>();
            services.AddHostedService<RetentionSweep>();
            services.AddTriggers();
            services.AddSingleton<WebhookSender>();
            services.AddSingleton<WebhookWorker>();
            services.AddHostedService(s => s.GetRequiredService<WebhookWorker>());
            services.AddScoped<DecideCheckpoint>();
            services.AddScoped<DeployCore>();
            services.AddSingleton<Lacks>();
        }

        private void AddReplicas(ServerOptions options)
        {
            services.AddSingleton<IReplicaLock>(_ => options.Database.Provider == "sqlite" ? new FileReplicaLock(options) : new PostgresReplicaLock(options));
            services.AddSingleton<Heartbeat>();
            services.AddHostedService<TakeOver>();
        }

        private void AddEffects()
        {
            services.AddSingleton<EgressHttp>(s => new(s.GetRequiredService<ServerOptions>().Egress, s.GetRequiredService<EgressGuard>()));
            services.AddSingleton<ActingUsers>();
            services.AddSingleton<HttpCalls>();
            services.AddSingleton<McpCalls>();
            services.AddSingleton<PluginCalls>();
            services.AddSingleton<CoreCalls>();
            services.AddSingleton<Queues>();
            services.AddSingleton<RunEffects>();
            services.AddSingleton<WaitClock>();
            services.AddSingleton(s => new Lazy<WaitClock>(s.GetRequiredService<WaitClock>));
            services.AddHostedService(s => s.GetRequiredService<WaitClock>());
        }

        private void AddInference(ServerOptions options)
        {
            services.AddSingleton<WebhookDirectory>();
            services.AddSingleton<WriteBehind>();
            services.AddHostedService(s => s.GetRequiredService<WriteBehind>());
            services.AddSingleton<Meter>();
            services.AddSingleton<BudgetGuard>();
            services.AddHostedService(s => s.GetRequiredService<BudgetGuard>());
            services.AddSingleton(new EgressGuard(options.Egress));
            services.AddSingleton(s => new UpstreamHttp(s.GetRequiredService<EgressGuard>().ConnectAsync));
            services.AddSingleton<ProviderKind>(s => OpenAiKind.OpenAi(s.GetRequiredService<UpstreamHttp>(), s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ProviderKind>(s => OpenAiKind.Custom(s.GetRequiredService<UpstreamHttp>(), s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ProviderKind, AnthropicKind>();
            services.AddSingleton<ProviderKind, AzureKind>();
            services.AddSingleton<ProviderKind, GoogleKind>();
            services.AddSingleton<ProviderKind, MistralKind>();
            services.AddSingleton<ProviderKind, OllamaKind>();
            services.AddSingleton<ProviderKind, ScriptedKind>();
            services.AddSingleton(s => new Dispatcher(s.GetRequiredService<TimeProvider>(), new Random()));
            services.AddSingleton<CoreProviders>();
            services.AddSingleton<Routes>();
            services.AddSingleton<ChatCalls>();
            services.AddSingleton<DialectCalls>();
            services.AddSingleton<EmbeddingCalls>();
        }
    }

    extension(WebApplication app)
    {
        public void UseScaiGrid()
        {
            app.UseProxies(app.Services.GetRequiredService<ServerOptions>());
            app.UseMiddleware<Edge>();
            app.UseRouting();
            app.UseMiddleware<Gate>();

            app.MapHealth();
            app.MapSignIn(app.Services.GetRequiredService<ServerOptions>());
            app.MapModels();
            GetMe.Map(app);
            app.MapApiKeys();
            app.MapCores();
            app.MapPlugins();
            app.MapDelegation();
            app.MapFlows(app.Services.GetRequiredService<ServerOptions>());
            app.MapCatalog();
            app.MapRuns();
            app.MapEvents();
            app.MapTriggers();
            app.MapInstances();
            app.MapQueues();
            app.MapCheckpoints();
            app.MapInference();
            app.MapOpenAi();
            app.MapAccounting();
            app.MapUsers();
            app.MapTenancy();
            app.MapWebhooks();
            app.MapAudit();
            app.MapOpenApi("/openapi/{documentName}.json").RequiresSignIn();
        }

        /// <returns>What is wrong with the bootstrap file; then the server was not started.</returns>
        public async Task<IReadOnlyList<string>> StartScaiGridAsync(ServerOptions options, Func<string, string?> environment)
        {
            await DataRegistration.MigrateAsync(app.Services, app.Lifetime.ApplicationStopping);
            if (options.Bootstrap.File is { } file && await ApplyAsync(app, file, environment) is { Count: > 0 } problems)
            {
                return problems;
            }

            app.Services.GetRequiredService<Catalogue>(); // registers itself with the stamps, which fill it
            app.Services.GetRequiredService<BudgetGuard>(); // likewise
            app.Services.GetRequiredService<WebhookDirectory>();
            await app.Services.GetRequiredService<ChangeStamps>().CatchUpAsync(app.Lifetime.ApplicationStopping);
            await app.StartAsync();
            return [];
        }
    }

    private static async Task<IReadOnlyList<string>> ApplyAsync(WebApplication app, string file, Func<string, string?> environment)
    {
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        return await scope.ServiceProvider.GetRequiredService<BootstrapFile>().ApplyAsync(file, environment, app.Lifetime.ApplicationStopping);
    }
}
