using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Rules;

public sealed class ModelRules(World world)
{
    [Fact]
    public async Task The_migrations_say_all_that_the_model_says() =>
        Assert.False(await world.Server.WithDbAsync(db => Task.FromResult(db.Database.HasPendingModelChanges())));
}
