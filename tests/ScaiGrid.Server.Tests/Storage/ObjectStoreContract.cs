using System.Security.Cryptography;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Tests.Storage;

/// <summary>What every object store promises.</summary>
public abstract class ObjectStoreContract
{
    // A bucket may be shared with other runs, so each test has a folder of its own in it.
    private readonly string _folder = Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract IObjectStore Store { get; }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_000)]
    public async Task What_is_put_is_got(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        Assert.True(await Store.PutIfAbsentAsync(Key("a"), content, Cancel));

        Assert.Equal(content, await Store.GetAsync(Key("a"), Cancel));
        Assert.True(await Store.ExistsAsync(Key("a"), Cancel));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_can_be_deleted()
    {
        Assert.Null(await Store.GetAsync(Key("none"), Cancel));
        Assert.False(await Store.ExistsAsync(Key("none"), Cancel));
        await Store.DeleteAsync(Key("none"), Cancel);
    }

    [Fact]
    public async Task Nothing_is_ever_overwritten()
    {
        Assert.True(await Store.PutIfAbsentAsync(Key("a"), "first"u8.ToArray(), Cancel));
        Assert.False(await Store.PutIfAbsentAsync(Key("a"), "second"u8.ToArray(), Cancel));
        Assert.Equal("first"u8.ToArray(), await Store.GetAsync(Key("a"), Cancel));
    }

    [Fact]
    public async Task Of_many_writers_of_one_key_one_succeeds()
    {
        var writers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Store.PutIfAbsentAsync(Key("raced"), new[] { (byte)i }, Cancel)));
        var winner = Array.IndexOf(writers, true);

        Assert.Single(writers, won => won);
        Assert.Equal((byte)winner, Assert.Single((await Store.GetAsync(Key("raced"), Cancel))!));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_may_be_put_again()
    {
        await Store.PutIfAbsentAsync(Key("a"), "first"u8.ToArray(), Cancel);
        await Store.DeleteAsync(Key("a"), Cancel);

        Assert.Null(await Store.GetAsync(Key("a"), Cancel));
        Assert.True(await Store.PutIfAbsentAsync(Key("a"), "second"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task Keys_are_listed_by_prefix_in_ordinal_order()
    {
        foreach (var name in new[] { "b/2", "b/10", "a/x", "B/1", "b-1" })
        {
            await Store.PutIfAbsentAsync(Key(name), "x"u8.ToArray(), Cancel);
        }

        Assert.Equal(["B/1", "a/x", "b-1", "b/10", "b/2"], await ListAsync(""));
        Assert.Equal(["b/10", "b/2"], await ListAsync("b/"));
        Assert.Empty(await ListAsync("c"));
    }

    private ObjectKey Key(string name) => ObjectKey.Parse($"{_folder}/{name}", null);

    private async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var key in Store.ListAsync($"{_folder}/{prefix}", Cancel))
        {
            keys.Add(key.Value[(_folder.Length + 1)..]);
        }

        return keys;
    }
}

public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scaigrid-").FullName;

    private protected override IObjectStore Store => new FileObjectStore(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("../up")]
    [InlineData("a/../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData(".hidden")]
    [InlineData("a\\b")]
    [InlineData("")]
    public void No_key_leads_out_of_the_folder(string key) => Assert.False(ObjectKey.TryParse(key, null, out _));
}

public sealed class S3ObjectStoreTests : ObjectStoreContract
{
    private static readonly Lazy<Task<IObjectStore?>> Shared = new(ConnectAsync);

    private protected override IObjectStore Store
    {
        get
        {
            var store = Shared.Value.GetAwaiter().GetResult(); // one bucket for all tests, made when the first needs it
            Assert.SkipWhen(store is null, "SCAIGRID_TEST_S3 names no server; ./build.sh test starts one.");
            return store;
        }
    }

    private static async Task<IObjectStore?> ConnectAsync()
    {
        if (Environment.GetEnvironmentVariable("SCAIGRID_TEST_S3")?.Split(';') is not [var endpoint, var access, var secret])
        {
            return null;
        }

        var options = new S3Options { Endpoint = endpoint, AccessKey = access, SecretKey = secret, Bucket = $"test-{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}" };
        using var admin = new Amazon.S3.AmazonS3Client(access, secret, new Amazon.S3.AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true });
        await admin.PutBucketAsync(options.Bucket);
        return S3ObjectStore.Connect(options);
    }
}
