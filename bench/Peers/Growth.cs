using System.Diagnostics;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Peers;

/// <summary>What a put costs in a database of so many documents, automatic compaction included.</summary>
/// <param name="Documents">Documents put one after another, 200 B each.</param>
/// <param name="Milliseconds">Mean time of a put.</param>
/// <param name="Bytes">Mean bytes written to the store for a put.</param>
/// <param name="LastMilliseconds">Mean time of the last tenth.</param>
/// <param name="LastBytes">Mean bytes of the last tenth.</param>
/// <param name="Groups">Length of the log afterwards.</param>
internal sealed record Growth(int Documents, double Milliseconds, double Bytes, double LastMilliseconds, double LastBytes, int Groups)
{
    /// <summary>Measures a new database below a folder.</summary>
    public static async Task<Growth> MeasureAsync(string folder, int count)
    {
        (Database database, CountingDeviceStore store) = await Stage.OpenCountedAsync(folder);
        await using (database)
        {
            int tenth = count / 10;
            Stopwatch clock = new();
            long bytesBefore = 0;
            TimeSpan timeBefore = default;

            // Made in portions, so that the documents themselves do not fill the memory.
            for (int done = 0; done < count; done += tenth)
            {
                if (done == count - tenth)
                    (bytesBefore, timeBefore) = (store.BytesWritten, clock.Elapsed);
                Document[] documents = BenchmarkDocuments.Create(tenth, 200, done);
                clock.Start();
                foreach (Document document in documents)
                    await database.PutAsync(document);
                clock.Stop();
            }

            return new Growth(
                count,
                clock.Elapsed.TotalMilliseconds / count,
                (double)store.BytesWritten / count,
                (clock.Elapsed - timeBefore).TotalMilliseconds / tenth,
                (double)(store.BytesWritten - bytesBefore) / tenth,
                database.Log.Length);
        }
    }
}
