//! A file that is being written: it has its name when it is whole, and is gone when it never will be.

use anyhow::Context as _;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
};

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Half {
    pub(crate) file: BufWriter<File>,
    half: PathBuf,
    path: PathBuf,
    done: bool,
}

impl Half {
    /// A new file, which only this user can read.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn begin(path: &Path) -> anyhow::Result<Self> {
        let mut half = path.as_os_str().to_owned();
        half.push(".part");
        let half = PathBuf::from(half);
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&half).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Self { file: BufWriter::new(file), half, path: path.to_owned(), done: false })
    }

    /// A file that is at hand whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let mut half = Self::begin(path)?;
        std::io::Write::write_all(&mut half.file, bytes)?;
        half.finish().map(drop)
    }

    /// It is whole. Answers its size.
    ///
    /// # Errors
    /// When it cannot be written to the end.
    pub(crate) fn finish(mut self) -> anyhow::Result<u64> {
        std::io::Write::flush(&mut self.file)?;
        self.file.get_ref().sync_all()?;
        let bytes = self.file.get_ref().metadata()?.len();
        fs::rename(&self.half, &self.path)?;
        self.done = true;
        Ok(bytes)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if !self.done
            && let Err(error) = fs::remove_file(&self.half)
        {
            tracing::debug!(%error, "Half a file stays.");
        }
    }
}

/// A name in `folder` that nothing has: `stem-2026-11-26-184500.suffix`.
pub(crate) fn free_name(folder: &Path, stem: &str, suffix: &str, at: &jiff::Zoned) -> PathBuf {
    let stem = format!("{stem}-{}", at.strftime("%Y-%m-%d-%H%M%S"));
    let names = (1..).map(|n: u32| if n == 1 { format!("{stem}.{suffix}") } else { format!("{stem}-{n}.{suffix}") });
    names.map(|name| folder.join(name)).find(|path| !path.exists()).expect("there is always another number")
}
