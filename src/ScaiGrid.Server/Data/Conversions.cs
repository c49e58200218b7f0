using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Users;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

/// <summary>How value types stand in columns.</summary>
internal static class Conversions
{
    public static void AddIds(ModelConfigurationBuilder conventions)
    {
        Add<ApiKey>(conventions);
        Add<BackendModel>(conventions);
        Add<Budget>(conventions);
        Add<Checkpoint>(conventions);
        Add<Core>(conventions);
        Add<CustomRole>(conventions);
        Add<Flow>(conventions);
        Add<FlowAcl>(conventions);
        Add<FlowDeployment>(conventions);
        Add<FrontendModel>(conventions);
        Add<Grant>(conventions);
        Add<ModelGroup>(conventions);
        Add<Partner>(conventions);
        Add<QueueMessage>(conventions);
        Add<Replica>(conventions);
        Add<Run>(conventions);
        Add<ServiceClient>(conventions);
        Add<Tenant>(conventions);
        Add<User>(conventions);
        Add<UserGroup>(conventions);
        Add<Webhook>(conventions);
    }

    private static T Parse<T>(string text) where T : IParsable<T> => T.Parse(text, null);

    private static void Add<T>(ModelConfigurationBuilder conventions) where T : IIdentified<T> =>
        conventions.Properties<Id<T>>().HaveConversion<OfId<T>>().HaveMaxLength(64);

    // What is stored was checked when it came in; it is not parsed again at every read.
    internal sealed class OfId<T>() : ValueConverter<Id<T>, string>(id => id.Value, text => new(text)) where T : IIdentified<T>;

    internal sealed class Parsed<T>() : ValueConverter<T, string>(value => value.ToString()!, text => Parse<T>(text)) where T : struct, IParsable<T>;

    internal sealed class JsonText() : ValueConverter<Value, string>(value => value.ToJson(), text => Value.FromJson(text));

    internal sealed class JsonComparer() : ValueComparer<Value>((a, b) => a.IsWrittenLike(b), value => value.GetHashCode(), value => value);

    internal sealed class Microseconds() : ValueConverter<DateTimeOffset, long>(
        time => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        stored => DateTimeOffset.UnixEpoch.AddTicks(stored * TimeSpan.TicksPerMicrosecond));
}
