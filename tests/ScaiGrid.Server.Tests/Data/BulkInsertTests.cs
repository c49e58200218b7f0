using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Data;

/// <summary>Rows that are written past the object mapper are read by it.</summary>
public sealed class BulkInsertTests(World world)
{
    public static readonly TheoryData<string> Texts = ["", "a", "größer, 値, 🙂", new string('x', 200), new string('値', 200), new string('値', 126) + "🙂"];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_comes_back_as_it_was_written(string text)
    {
        var ct = TestContext.Current.CancellationToken;
        var tenant = (await world.NewTenantAsync()).Tenant.Id.Value;
        UsageRecord Row(string id) => new()
        {
            Id = id,
            TenantId = tenant,
            UserId = "usr_1",
            RequestId = "req_1",
            Model = text,
            Cost = 0.10m,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

        await world.Server.WithDbAsync(async db =>
        {
            await BulkInsert.InsertNewAsync(db, [Row("one"), Row("two")], [], ct);
            await BulkInsert.InsertNewAsync(db, [Row("two"), Row("three")], [], ct); // what is there already is left as it is
            return 0;
        });

        var rows = await world.Server.WithDbAsync(db => db.Usage.AsNoTracking().Where(u => u.TenantId == tenant).OrderBy(u => u.Id).ToListAsync(ct));
        Assert.Equal(["one", "three", "two"], rows.Select(r => r.Id));
        Assert.All(rows, row => Assert.Equal((text, 0.10m, null), (row.Model, row.Cost, row.ErrorCode)));
    }
}
