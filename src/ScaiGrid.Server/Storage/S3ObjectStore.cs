using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ScaiGrid.Server.Storage;

/// <summary>Objects in one bucket of any S3 that honours <c>If-None-Match: *</c> on PUT (AWS, Ceph RGW, MinIO).</summary>
internal sealed class S3ObjectStore(IAmazonS3 s3, string bucket) : IObjectStore
{
    public static S3ObjectStore Connect(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            AuthenticationRegion = options.Region,
            MaxErrorRetry = 3,

            // The checksums that AWS added in 2024 travel in trailers that other servers do not know; the signature covers the content as it is.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = TimeSpan.FromSeconds(30),
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        AWSCredentials credentials = options.AccessKey is { } key
            ? new BasicAWSCredentials(key, options.SecretKey)
            : new InstanceProfileAWSCredentials();
        return new(new AmazonS3Client(credentials, config), options.Bucket!);
    }

    public async Task<bool> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        var request = new PutObjectRequest { BucketName = bucket, Key = key.Value, InputStream = stream, IfNoneMatch = "*", UseChunkEncoding = false };
        try
        {
            await s3.PutObjectAsync(request, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            return false;
        }
        catch (Exception e) when (IsOutage(e))
        {
            throw new ObjectStoreUnavailableException($"Storing {key} got no answer.", e);
        }
    }

    public async Task<byte[]?> GetAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            using var response = await s3.GetObjectAsync(bucket, key.Value, ct);
            using var content = new MemoryStream();
            await response.ResponseStream.CopyToAsync(content, ct);
            return content.ToArray();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (Exception e) when (IsOutage(e))
        {
            throw new ObjectStoreUnavailableException($"Reading {key} got no answer.", e);
        }
    }

    public async Task<bool> ExistsAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            await s3.GetObjectMetadataAsync(bucket, key.Value, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (Exception e) when (IsOutage(e))
        {
            throw new ObjectStoreUnavailableException($"Looking for {key} got no answer.", e);
        }
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            await s3.DeleteObjectAsync(bucket, key.Value, ct);
        }
        catch (Exception e) when (IsOutage(e))
        {
            throw new ObjectStoreUnavailableException($"Deleting {key} got no answer.", e);
        }
    }

    public async IAsyncEnumerable<ObjectKey> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        string? next = null;
        do
        {
            ListObjectsV2Response page;
            try
            {
                page = await s3.ListObjectsV2Async(new() { BucketName = bucket, Prefix = prefix, ContinuationToken = next }, ct);
            }
            catch (Exception e) when (IsOutage(e))
            {
                throw new ObjectStoreUnavailableException($"Listing {prefix} got no answer.", e);
            }

            foreach (var found in page.S3Objects ?? [])
            {
                yield return ObjectKey.Parse(found.Key, null);
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    private static bool IsOutage(Exception e) => e is HttpRequestException or IOException or TimeoutException
        or AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError or 0 };
}
