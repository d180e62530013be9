//! The users and the links between them.

use alloc::collections::{BTreeMap, BTreeSet};
use ambience::Failure;
use beps::{MOST_FOLLOWED, Refusal, UserOwned};
use timeline::{Name, name as kept};

/// Everybody. Who follows whom is kept on both sides.
#[derive(Debug)]
pub(crate) struct People {
    most: usize,
    by_name: BTreeMap<Name, Links>,
}

#[derive(Debug, Default)]
struct Links {
    followers: BTreeSet<Name>,
    followees: BTreeSet<Name>,
}

impl People {
    pub(crate) fn new(most: u32) -> Self {
        Self { most: most as usize, by_name: BTreeMap::new() }
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// False if there is one of that name.
    pub(crate) fn add(&mut self, name: &str) -> Result<bool, Failure<Refusal>> {
        if self.knows(name) {
            return Ok(false);
        }
        if self.by_name.len() >= self.most {
            return Err(Refusal::Full.into());
        }
        self.by_name.insert(kept(name)?, Links::default());
        Ok(true)
    }

    /// False if there is none of that name.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let Some(links) = self.by_name.remove(name) else { return false };
        for followee in &links.followees {
            self.by_name.get_mut(followee).map(|other| other.followers.remove(name));
        }
        for follower in &links.followers {
            self.by_name.get_mut(follower).map(|other| other.followees.remove(name));
        }
        true
    }

    pub(crate) fn get(&self, name: &str) -> Result<UserOwned, Failure<Refusal>> {
        let links = self.links(name)?;
        let (followers, followees) = (&links.followers, &links.followees);
        let all = |names: &BTreeSet<Name>| names.iter().cloned().collect();
        Ok(UserOwned { name: kept(name)?, followers: all(followers), followees: all(followees) })
    }

    pub(crate) fn follow(&mut self, follower: &str, followee: &str) -> Result<(), Refusal> {
        let (by, of) = (self.links(follower)?, self.links(followee)?);
        let most = MOST_FOLLOWED as usize;
        if by.followees.contains(followee) {
            return Ok(());
        }
        if by.followees.len() >= most || of.followers.len() >= most {
            return Err(Refusal::TooManyFollowed);
        }
        self.change(follower, followee, |names, name| names.insert(name));
        Ok(())
    }

    pub(crate) fn unfollow(&mut self, follower: &str, followee: &str) -> Result<(), Refusal> {
        self.links(follower)?;
        self.links(followee)?;
        self.change(follower, followee, |names, name| names.remove(&name));
        Ok(())
    }

    fn links(&self, name: &str) -> Result<&Links, Refusal> {
        self.by_name.get(name).ok_or(Refusal::UnknownUser)
    }

    /// Changes both sides of a link between two who are there.
    fn change(&mut self, follower: &str, followee: &str, act: fn(&mut BTreeSet<Name>, Name) -> bool) {
        let (Ok(by), Ok(of)) = (kept(follower), kept(followee)) else { return };
        self.by_name.get_mut(follower).map(|links| act(&mut links.followees, of));
        self.by_name.get_mut(followee).map(|links| act(&mut links.followers, by));
    }
}
