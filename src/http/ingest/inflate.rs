//! Bodies that come compressed, unpacked piece by piece.

use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Packed bytes unpacked at a time; gzip makes about a thousand of one at most, so a piece stays near a megabyte.
const BITE: usize = 1024;

/// How many times larger than itself a body may become, once it is longer than [`FREE`]. Facts pack about twentyfold.
const LARGEST_RATIO: u64 = 200;

/// Unpacked bytes before the ratio is looked at.
const FREE: u64 = 1 << 20;

/// Why a body cannot be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpackable {
    /// It is no gzip, it is damaged, or its end is missing.
    Broken,
    /// It becomes implausibly much.
    Bomb,
}

/// What unpacks a body.
#[derive(Debug)]
pub struct Inflate {
    decoder: MultiGzDecoder<Vec<u8>>,
    packed: u64,
    unpacked: u64,
}

impl Inflate {
    /// Before the first piece.
    pub fn new() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()), packed: 0, unpacked: 0 }
    }

    /// Takes a bite of `bytes` and leaves the rest there; what the bite becomes.
    pub fn bite(&mut self, bytes: &mut &[u8]) -> Result<Vec<u8>, Unpackable> {
        let (bite, rest) = bytes.split_at(bytes.len().min(BITE));
        *bytes = rest;
        self.packed = self.packed.saturating_add(u64::try_from(bite.len()).unwrap_or(u64::MAX));
        let eaten = self.decoder.write_all(bite).and_then(|()| self.decoder.flush());
        eaten.map_err(|_not_gzip| Unpackable::Broken)?;
        self.unpacked()
    }

    /// What is left when the body is over; broken if more should have come.
    pub fn finish(&mut self) -> Result<Vec<u8>, Unpackable> {
        self.decoder.try_finish().map_err(|_cut_off| Unpackable::Broken)?;
        self.unpacked()
    }

    fn unpacked(&mut self) -> Result<Vec<u8>, Unpackable> {
        let unpacked = std::mem::take(self.decoder.get_mut());
        self.unpacked =
            self.unpacked.saturating_add(u64::try_from(unpacked.len()).unwrap_or(u64::MAX));
        let is_bomb =
            self.unpacked > FREE && self.unpacked > self.packed.saturating_mul(LARGEST_RATIO);
        if is_bomb { Err(Unpackable::Bomb) } else { Ok(unpacked) }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(mut bytes: &[u8]) -> Result<(usize, usize), Unpackable> {
        let mut inflate = Inflate::new();
        let (mut n_bytes, mut largest) = (0, 0);
        while !bytes.is_empty() {
            let piece = inflate.bite(&mut bytes)?;
            n_bytes += piece.len();
            largest = largest.max(piece.len());
        }
        Ok((n_bytes + inflate.finish()?.len(), largest))
    }

    #[test]
    fn what_was_packed_comes_out_in_pieces_that_fit() {
        let text: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
        let (n_bytes, largest) = unpacked(&packed(&text)).unwrap();
        assert_eq!(n_bytes, text.len());
        assert!(largest < 2 << 20, "{largest}");
        // Files that were packed one by one and joined are one file.
        let joined = [packed(b"a\n"), packed(b"b\n")].concat();
        assert_eq!(unpacked(&joined).map(|(n_bytes, _)| n_bytes), Ok(4));
    }

    #[test]
    fn what_is_cut_or_damaged_is_broken() {
        let whole = packed(&[b'x'; 1_000]);
        for length in 1..whole.len() {
            assert_eq!(unpacked(&whole[..length]), Err(Unpackable::Broken), "{length}");
        }
        assert_eq!(unpacked(b"{\"a\": 1}\n"), Err(Unpackable::Broken));
        let mut damaged = whole;
        let check_sum = damaged.len() - 8;
        damaged[check_sum] ^= 1;
        assert_eq!(unpacked(&damaged), Err(Unpackable::Broken));
    }

    #[test]
    fn a_bomb_is_put_out_early() {
        assert_eq!(unpacked(&packed(&vec![0; 50 << 20])), Err(Unpackable::Bomb));
    }
}
