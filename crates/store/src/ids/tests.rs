use super::*;
use proptest::prelude::*;

/// Reads past the end are errors.
#[derive(Debug, PartialEq)]
pub(crate) struct Short;

impl ReadAt for [u8] {
    type Error = Short;

    fn read_at(&self, at: usize, into: &mut [u8]) -> Result<(), Short> {
        let part = at.checked_add(into.len()).and_then(|end| self.get(at..end)).ok_or(Short)?;
        into.copy_from_slice(part);
        Ok(())
    }
}

/// All ids of a file, with whatever was kept of its segments.
#[derive(Default)]
struct Kept {
    ids: Ids,
    segments: BTreeMap<u64, Segment>,
}

impl Kept {
    fn add(&mut self, block: u64, ids: &[String]) {
        self.ids.add_block(block, ids.iter().map(String::as_str));
    }

    fn close(&mut self, segment: u64) {
        let closed = self.ids.close(segment).unwrap();
        assert!(self.ids.load(segment, &closed.filter));
        self.segments.insert(segment, closed);
    }

    /// The blocks in which an event with this id has to be looked for.
    fn blocks(&self, id: &str) -> BTreeSet<u64> {
        let every = |segment| segment * SEGMENT..(segment + 1) * SEGMENT;
        let blocks = |candidate| match candidate {
            Candidate::Block(block) => vec![block],
            Candidate::Segment(segment) => {
                let within = lookup(&*self.segments[&segment].prints, key(id)).unwrap();
                within.into_iter().map(|block| segment * SEGMENT + u64::from(block)).collect()
            }
            Candidate::Unreadable(segment) => every(segment).collect(),
        };
        self.ids.maybe(id).into_iter().flat_map(blocks).collect()
    }

    /// The file is opened again; `without` names segments whose filters are broken.
    fn reopened(self, without: Option<u64>) -> Self {
        let mut ids = Ids::default();
        for (segment, Segment { filter, .. }) in &self.segments {
            let broken = without == Some(*segment);
            assert_eq!(ids.load(*segment, &filter[..filter.len() - usize::from(broken)]), !broken);
        }
        Self { ids, ..self }
    }
}

fn named(block: u64, count: u64) -> Vec<String> {
    (0..count).map(|n| format!("{block}-{n}")).collect()
}

/// Two closed segments, of which the first has holes, and an open one.
fn some() -> Kept {
    let mut kept = Kept::default();
    for block in (0..150).filter(|block| *block % 7 != 3) {
        kept.add(block, &named(block, 40));
        while let Some(segment) = kept.ids.complete() {
            kept.close(segment);
        }
    }
    kept
}

#[test]
fn the_block_of_every_id_is_found_and_hardly_another() {
    let kept = some();
    assert_eq!(kept.segments.keys().copied().collect::<Vec<_>>(), [0, 1]);
    for block in 0..150 {
        for id in named(block, 40) {
            let expected: BTreeSet<_> = (block % 7 != 3).then_some(block).into_iter().collect();
            assert_eq!(kept.blocks(&id), expected, "{id}");
        }
    }
    let wrongly = (0..100_000).filter(|n| !kept.ids.maybe(&format!("nowhere-{n}")).is_empty()).count();
    assert!(wrongly < 20, "{wrongly} of 100,000");
}

#[test]
fn after_a_restart_what_is_missing_is_named_and_added() {
    let mut kept = some().reopened(None);
    let missing: Vec<u64> = (0..150).filter(|block| *block % 7 != 3 && !kept.ids.knows(*block)).collect();
    assert_eq!(missing, (128..150).filter(|block| *block % 7 != 3).collect::<Vec<_>>());
    missing.into_iter().for_each(|block| kept.add(block, &named(block, 40)));
    assert_eq!((kept.blocks("149-39"), kept.ids.complete()), ([149].into(), None));
}

#[test]
fn a_broken_filter_rules_nothing_out_until_its_segment_is_made_again() {
    let mut kept = some().reopened(Some(0));
    assert_eq!(kept.ids.maybe("nowhere"), [Candidate::Unreadable(0)]);
    assert!(!kept.ids.knows(5));
    (0..64).filter(|block| *block % 7 != 3).for_each(|block| kept.add(block, &named(block, 40)));
    assert_eq!(kept.ids.complete(), Some(0));
    kept.close(0);
    assert_eq!((kept.ids.maybe("nowhere"), kept.blocks("5-5")), (vec![], [5].into()));
}

#[test]
fn a_block_that_comes_late_is_kept_beside_its_closed_segment() {
    let mut kept = some();
    kept.add(3, &named(3, 40));
    assert_eq!((kept.blocks("3-1"), kept.blocks("4-1"), kept.ids.knows(3)), ([3].into(), [4].into(), true));
    assert_eq!(kept.ids.complete(), None, "what is closed is not closed again with a part of its blocks");
    let filter = kept.segments[&0].filter.clone();
    assert!(kept.ids.load(0, &filter));
    assert_eq!(kept.blocks("3-1"), [3].into(), "the filter does not know it");
}

#[test]
fn many_segments_of_many_sizes_are_asked_at_once() {
    let mut kept = Kept::default();
    for segment in 0..70 {
        kept.add(segment * SEGMENT, &named(segment, if segment % 9 == 0 { 1_500 } else { 3 }));
        kept.close(segment);
    }
    assert!(kept.ids.groups.len() < 12, "{}", kept.ids.groups.len());
    assert!((0..70).all(|segment| kept.blocks(&format!("{segment}-2")) == [segment * SEGMENT].into()));
}

#[test]
fn a_closed_segment_takes_little_of_the_memory_and_of_the_file() {
    let mut kept = Kept::default();
    (0..64).for_each(|block| kept.add(block, &named(block, 256)));
    assert!(kept.ids.bytes() <= 64 * 256 * 16);
    kept.close(0);
    let Segment { filter, prints, .. } = &kept.segments[&0];
    for bytes in [kept.ids.bytes(), filter.len(), prints.len()] {
        assert!(bytes * 10 < 64 * 256 * 26, "2.6 bytes an id are enough: {bytes}");
    }
}

proptest! {
    #[test]
    fn an_id_in_several_blocks_is_found_in_all_of_them(
        blocks in proptest::collection::vec((0u64..200, proptest::collection::vec("[a-d]{0,3}", 0..20)), 1..40),
        closed in proptest::collection::btree_set(0u64..4, 0..4),
    ) {
        let mut kept = Kept::default();
        blocks.iter().for_each(|(block, ids)| kept.add(*block, ids));
        for segment in closed {
            if kept.ids.open.contains_key(&segment) {
                kept.close(segment);
            }
        }
        for (block, ids) in &blocks {
            prop_assert!(kept.ids.knows(*block));
            for id in ids {
                prop_assert!(kept.blocks(id).contains(block), "{} in {}", id, block);
            }
        }
    }

    #[test]
    fn changed_bytes_are_never_a_no(at in any::<prop::sample::Index>(), to in any::<u8>(), end in any::<prop::sample::Index>()) {
        let mut kept = Kept::default();
        kept.add(65, &named(65, 30));
        kept.add(66, &named(65, 2));
        let Segment { filter, prints, .. } = kept.ids.close(1).unwrap();
        let changed = |bytes: &[u8]| {
            let mut changed = bytes.to_vec();
            let at = at.index(changed.len());
            changed[at] = to;
            changed
        };
        let intact = changed(&filter) == filter;
        prop_assert_eq!(Ids::default().load(1, &changed(&filter)), intact);
        prop_assert!(!Ids::default().load(1, &filter[..end.index(filter.len())]));
        prop_assert!(!Ids::default().load(2, &filter));
        for bytes in [changed(&prints), prints[..end.index(prints.len())].to_vec()] {
            let found = lookup(&*bytes, key("65-1"));
            prop_assert!(found.is_err() || found.is_ok_and(|blocks| blocks.contains(&1) && blocks.contains(&2)));
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..100), id in ".*") {
        let mut ids = Ids::default();
        prop_assert!(!ids.load(0, &bytes));
        prop_assert_eq!(ids.maybe(&id), [Candidate::Unreadable(0)]);
        prop_assert!(lookup(&*bytes, key(&id)).map_or(true, |blocks| blocks.len() == 64));
    }
}
