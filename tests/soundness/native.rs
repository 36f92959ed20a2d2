//! Native histograms, which no exposition text can hold, as a server takes them: the remote-write protocol.

use crate::random::Random;
use crate::simulation::Labels;

/// The resolution of the buckets: four for each doubling.
const SCHEMA: i64 = 2;
/// How many buckets there are, from the one that ends at 0.5 on.
const BUCKETS: usize = 8;
const FIRST_BUCKET: i64 = -4;

/// One series of native histograms.
pub(crate) struct NativeSeries {
    name: &'static str,
    labels: Labels,
    samples: Vec<(i64, Histogram)>,
}

#[derive(Clone, Default)]
struct Histogram {
    zeros: u64,
    buckets: [u64; BUCKETS],
    sum: f64,
}

impl NativeSeries {
    /// A series that grows, and is reset now and then.
    pub(crate) fn random(name: &'static str, labels: &Labels, moments: &[i64], random: &mut Random) -> Self {
        let mut histogram = Histogram::default();
        let mut samples = Vec::new();
        for moment in moments {
            if random.chance(2) {
                histogram = Histogram::default();
            }
            for _ in 0..random.below(6) {
                if random.chance(10) {
                    histogram.zeros += 1;
                    continue;
                }
                let bucket = random.below(BUCKETS);
                histogram.buckets[bucket] += 1;
                // The upper bound of the bucket, which belongs to it.
                histogram.sum += 2f64.powf((FIRST_BUCKET as f64 + bucket as f64) / 4.0);
            }
            samples.push((*moment, histogram.clone()));
        }
        Self { name, labels: labels.clone(), samples }
    }
}

/// The body of a remote-write request with all samples of these series.
pub(crate) fn remote_write(all: &[NativeSeries]) -> Vec<u8> {
    let mut request = Vec::new();
    for series in all {
        let mut message = Vec::new();
        let mut labels: Vec<(&str, &str)> = series.labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        labels.push(("__name__", series.name));
        labels.sort_unstable();
        for (name, value) in labels {
            let mut label = Vec::new();
            bytes(&mut label, 1, name.as_bytes());
            bytes(&mut label, 2, value.as_bytes());
            bytes(&mut message, 1, &label);
        }
        for (moment, histogram) in &series.samples {
            bytes(&mut message, 4, &encoded(*moment, histogram));
        }
        bytes(&mut request, 1, &message);
    }
    uncompressed_snappy(&request)
}

fn encoded(moment: i64, histogram: &Histogram) -> Vec<u8> {
    let mut message = Vec::new();
    integer(&mut message, 1, histogram.zeros + histogram.buckets.iter().sum::<u64>());
    double(&mut message, 3, histogram.sum);
    integer(&mut message, 4, zigzag(SCHEMA));
    double(&mut message, 5, 1e-9);
    integer(&mut message, 6, histogram.zeros);
    let mut span = Vec::new();
    integer(&mut span, 1, zigzag(FIRST_BUCKET));
    integer(&mut span, 2, BUCKETS as u64);
    bytes(&mut message, 11, &span);
    // Each count as its difference from the one before.
    let mut deltas = Vec::new();
    let mut before = 0;
    for count in histogram.buckets {
        varint(&mut deltas, zigzag(count as i64 - before));
        before = count as i64;
    }
    bytes(&mut message, 12, &deltas);
    integer(&mut message, 15, (moment * 1000) as u64);
    message
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn integer(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn double(out: &mut Vec<u8>, field: u64, value: f64) {
    varint(out, field << 3 | 1);
    out.extend(value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

/// The block format of Snappy without any compression: the length, then literals.
fn uncompressed_snappy(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + data.len() / 60_000 * 3 + 16);
    varint(&mut out, data.len() as u64);
    for piece in data.chunks(60_000) {
        out.push(61 << 2);
        out.extend(((piece.len() - 1) as u16).to_le_bytes());
        out.extend(piece);
    }
    out
}
