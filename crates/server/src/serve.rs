//! Starting and stopping the server.

use crate::address::Proxies;
use crate::admin;
use crate::calendar::DAY;
use crate::command::Failure;
use crate::demo;
use crate::limits::Limits;
use crate::listen::{Door, accept};
use crate::log::Log;
use crate::log::error::LogError;
use crate::log::keys::LogKey;
use crate::log::lock::{Lock, beside};
use crate::master_key::unlock;
use crate::observe::{NETWORK_DAYS, Noted, Observer};
use crate::publish::{Place, publish};
use crate::region::{REGION_PATH, Regions};
use crate::retain::retain;
use crate::routes::{nothing, router};
use crate::secret_file;
use crate::state::{App, Settings, now};
use crate::store::address::Address;
use crate::store::{Store, StoreError};
use placet_model::config::Config;
use placet_model::receipt_file::utc;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// How the operator starts the server.
pub struct Plan {
    /// The checked config.
    pub config: Config,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the admin listener is to be. If not given, it is on this machine's own address, at the port after that of `listen`;
    /// the demo has none then.
    pub admin: Option<SocketAddr>,
    /// The database.
    pub database: String,
    /// The key that signs the log's checkpoints; beside an SQLite database, if not given.
    pub log_key: Option<PathBuf>,
    /// The file of the log's lock; beside an SQLite database or in a PostgreSQL database, if not given.
    pub log_lock: Option<PathBuf>,
    /// The master key's file.
    pub master_key: Option<PathBuf>,
    /// What is noted beside a receipt.
    pub noted: Vec<Noted>,
    /// The address by which browsers reach the server; where it listens, if not given.
    pub public: Option<Url>,
    /// TLS, where the server speaks it itself.
    pub tls: Option<TlsAcceptor>,
    /// Proxies whose X-Forwarded-For is believed.
    pub proxies: Proxies,
    /// How the server knows where a visitor is.
    pub regions: Option<Regions>,
    /// How many bytes of the disk of an SQLite database stay free.
    pub min_free: u64,
    /// Whether to serve the demo shop.
    pub demo: bool,
}

/// How often what has been kept for its time is deleted.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often what commands left for the audit trail is entered into the log.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Publishes the config, opens the database, serves until a signal stops it.
///
/// # Errors
/// A [`Failure`] that says what to do.
pub async fn serve(plan: Plan) -> Result<(), Failure> {
    let admin = match admin_address(&plan)? {
        Some(address) => Some(bind_admin(address).await?),
        None => None,
    };
    let mut config = plan.config;
    let listener = bind(plan.listen).await?;
    let address = local(&listener)?;
    let scheme = if plan.tls.is_some() { "https" } else { "http" };
    let origin = format!("{scheme}://{address}");

    let mut others = nothing();
    let mut third_party = None;
    if plan.demo {
        let listener = bind_third_parties(plan.listen).await?;
        let origins = demo::Origins { placet: origin.clone(), third_party: format!("http://{}", local(&listener)?) };
        demo::fit(&mut config, &address.to_string());
        others = demo::shop(&origins);
        third_party = Some((listener, demo::third_parties(&origins), origins.third_party));
    }

    let public = match plan.public {
        Some(public) => public,
        None => Url::parse(&origin).map_err(|error| Failure::new(format!("{origin} is no address: {error}")))?,
    };
    let place =
        Place { base: None, notices: "../notice/", region: plan.regions.as_ref().map(|_| REGION_PATH.to_owned()) };
    let publication = publish(&config, &place).map_err(|error| Failure::new(error.to_string()))?;
    keep_to_owner(&plan.database, plan.log_lock.as_deref())?;
    let store = Store::reach(&plan.database).await.map_err(|error| cannot_open(&plan.database, &error))?;
    // Before anything of the database is changed: a server that runs on it may be of another version.
    let lock = Lock::take(store.address(), plan.log_lock.as_deref()).await.map_err(|error| cannot_log(error.into()))?;
    store.migrate().await.map_err(|error| cannot_open(&plan.database, &error))?;
    unlock(&plan.database, plan.master_key.as_deref(), &store).await?;
    seal_old(&plan.database, &store).await?;
    store
        .keep_notices(&publication.notices, now())
        .await
        .map_err(|error| cannot_open(&plan.database, &error.into()))?;
    let store = Arc::new(store);
    let log = open_log(&config.site, plan.log_key.as_deref(), lock, store.clone()).await?;
    let limits = Limits::default();
    let observer = Observer::new(plan.noted);
    let (proxies, regions, min_free) = (plan.proxies, plan.regions, plan.min_free);
    let settings = Settings { public, observer, proxies, regions, limits, min_free, clock: now };
    let app = App::new(&config, &publication, settings, store, log).map_err(|error| {
        Failure::new(error.to_string()).help("Write a path of its own there, for example /v1/receipts.")
    })?;
    let app = Arc::new(app);

    forget(&app).await;
    let (stop, stopped) = watch::channel(());
    let door = |routes, tls: Option<TlsAcceptor>| Door { routes, tls, proxies: app.proxies.clone() };
    let mut listening = vec![
        tokio::spawn(forget_daily(app.clone(), stopped.clone())),
        tokio::spawn(enter_audit(app.clone(), stopped.clone())),
        tokio::spawn(accept(listener, door(router(app.clone(), others), plan.tls.clone()), stopped.clone())),
    ];
    // Before anybody is told that it runs, and may ask it to stop.
    let asked_to_stop = signal().map_err(|error| Failure::new(format!("cannot wait for signals: {error}")))?;
    println!("placet: listening on {origin}");
    if let Some(listener) = admin {
        let address = local(&listener)?;
        // The certificate is for the name by which others reach this machine; on the machine itself nobody listens in.
        let tls = plan.tls.filter(|_| !address.ip().is_loopback());
        let scheme = if tls.is_some() { "https" } else { "http" };
        if tls.is_none() && !address.ip().is_loopback() {
            tracing::warn!("tokens reach the admin listener without TLS: give --tls-cert, or let a proxy encrypt them");
        }
        listening.push(tokio::spawn(accept(listener, door(admin::table::router(app.clone()), tls), stopped.clone())));
        println!("placet: admin on {scheme}://{address}");
    }
    if let Some((listener, routes, origin)) = third_party {
        listening.push(tokio::spawn(accept(listener, door(routes, None), stopped)));
        println!("placet: third parties on {origin}");
    }
    asked_to_stop.await;
    tracing::info!("stopping");
    drop(stop);
    for task in listening {
        if let Err(error) = task.await {
            tracing::error!(%error, "a listener broke");
        }
    }
    app.stop().await;
    Ok(())
}

/// Takes the rights of others away from the files of a database that an earlier version, or a copy of a file, left open.
fn keep_to_owner(database: &str, lock: Option<&Path>) -> Result<(), Failure> {
    let address = database.parse::<Address>().ok();
    let file = address.as_ref().and_then(Address::file);
    let beside = file.map(|file| ["", "-wal", "-shm", ".lock"].map(|end| beside(file, end)));
    for path in beside.into_iter().flatten().chain(lock.map(Path::to_owned)) {
        let closed = secret_file::close(&path).map_err(|error| {
            Failure::new(format!("cannot use the database: {error}"))
                .help(format!("{}, as the user whose file it is.", error.help()))
        })?;
        if closed {
            tracing::warn!(file = %path.display(), "others on this machine could read this file: it is for its owner alone now");
        }
    }
    Ok(())
}

/// Seals what was kept before there were keys.
async fn seal_old(database: &str, store: &Store) -> Result<(), Failure> {
    match store.seal_old().await.map_err(|error| cannot_open(database, &error.into()))? {
        0 => {}
        count => tracing::info!(count, "sealed receipts that were kept before there were keys"),
    }
    Ok(())
}

fn cannot_log(error: LogError) -> Failure {
    Failure::new(format!("cannot open the log: {error}")).help(error.help())
}

/// Opens the log with its key and its lock.
async fn open_log(site: &str, key: Option<&Path>, lock: Lock, store: Arc<Store>) -> Result<Log, Failure> {
    let key = match (key, store.address()) {
        (Some(path), _) => LogKey::read(site, path).map_err(|error| cannot_log(error.into()))?,
        (None, Address::Sqlite(database)) => {
            let path = beside(database, ".key");
            let (key, is_new) = LogKey::beside(site, &path).map_err(|error| cannot_log(error.into()))?;
            if is_new {
                let path = path.display();
                eprintln!("Made the log's key {path}. Keep a copy of it where the database's copies are not.");
            }
            key
        }
        (None, Address::Postgres(_)) => {
            return Err(Failure::new("a log on PostgreSQL needs a key of its own").help(format!(
                "Make one with `placet keys new --site {site} --out placet.key`, and name it with --log-key placet.key."
            )));
        }
    };
    Log::open(store, site, key, lock, now()).await.map_err(cannot_log)
}

/// Where the admin listener is to be.
fn admin_address(plan: &Plan) -> Result<Option<SocketAddr>, Failure> {
    if plan.admin.is_some() || plan.demo {
        return Ok(plan.admin);
    }
    let port = match plan.listen.port() {
        0 => 0,
        port => port.checked_add(1).ok_or_else(|| {
            Failure::new(format!("there is no port after {port} for the admin listener"))
                .help("Choose its address with --admin-listen.")
        })?,
    };
    Ok(Some(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)))
}

async fn bind_admin(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("cannot listen on {address} for the admin listener: {error}"))
            .help("Choose another address with --admin-listen.")
    })
}

/// Makes room for the receipts of the coming months, and deletes what has been kept for its time.
async fn forget(app: &App) {
    if let Err(error) = app.store.make_months_ahead((app.clock)()).await {
        tracing::error!(%error, "cannot make partitions for the receipts of the coming months");
    }
    retain_unless_in_doubt(app).await;
    match app.store.forget_feedback((app.clock)()).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deleted feedback that was kept for its time"),
        Err(error) => tracing::error!(%error, "cannot delete feedback that was kept for its time"),
    }
    let now = (app.clock)();
    match app.store.forget_networks(now.saturating_sub(NETWORK_DAYS * DAY)).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took the tags of networks away that stood for their time"),
        Err(error) => tracing::error!(%error, "cannot take the tags of networks away"),
    }
    match app.store.forget_keys(now).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deleted keys of months of which nothing is left"),
        Err(error) => tracing::error!(%error, "cannot delete keys of months of which nothing is left"),
    }
}

/// Deletes the receipts that have been kept for their time, but where the clock is to be doubted.
async fn retain_unless_in_doubt(app: &App) {
    let now = (app.clock)();
    match app.store.doubt(&app.terms, now).await {
        Ok(None) => {}
        Ok(Some(last)) => {
            tracing::error!(
                last = utc(last.div_euclid(1000)),
                now = utc(now.div_euclid(1000)),
                "nothing is deleted: the last receipt came so long ago that the clock may be wrong; if it is right, run \
                 `placet retain --clock-is-right`"
            );
            return;
        }
        Err(error) => {
            tracing::error!(%error, "cannot delete receipts that were kept for their time");
            return;
        }
    }
    match retain(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "deleted receipts that were kept for their time"),
        Err(problem) => tracing::error!(?problem, "cannot delete receipts that were kept for their time"),
    }
}

/// Enters what commands left for the audit trail into the log, at once and then every minute, until told to stop.
async fn enter_audit(app: Arc<App>, mut stopped: watch::Receiver<()>) {
    loop {
        if let Err(problem) = admin::audit::enter_waiting(&app).await {
            tracing::error!(?problem, "cannot enter what commands left for the audit trail into the log");
        }
        if tokio::time::timeout(A_MINUTE, stopped.changed()).await.is_ok() {
            break;
        }
    }
}

/// Does so once a day, until told to stop.
async fn forget_daily(app: Arc<App>, mut stopped: watch::Receiver<()>) {
    while tokio::time::timeout(A_DAY, stopped.changed()).await.is_err() {
        forget(&app).await;
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("cannot listen on {address}: {error}")).help(
            "Stop what listens there, or choose another address with --listen, for example --listen 127.0.0.1:8080.",
        )
    })
}

/// Listens on the port after the shop's.
async fn bind_third_parties(shop: SocketAddr) -> Result<TcpListener, Failure> {
    let help = "The demo needs two ports, one after the other. Stop what listens there, or choose another pair with --listen, \
                for example --listen 127.0.0.1:8900.";
    let port = match shop.port() {
        0 => 0,
        port => port.checked_add(1).ok_or_else(|| Failure::new(format!("there is no port after {port}")).help(help))?,
    };
    let address = SocketAddr::new(shop.ip(), port);
    TcpListener::bind(address).await.map_err(|error| {
        Failure::new(format!("cannot listen on {address} for the demo's pretend third parties: {error}")).help(help)
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::new(format!("the listening socket has no address: {error}")))
}

/// A database that cannot be used, and what to do about it.
pub fn cannot_open(database: &str, error: &StoreError) -> Failure {
    let help = match error {
        StoreError::Address(_) => "Such an address begins with sqlite: or postgres://.",
        StoreError::Sealed(_) => "Name the master key that sealed it with --master-key.",
        StoreError::Older { .. } => "Start `placet serve` of this version on it once: that brings it into form.",
        StoreError::Newer { .. } => "Start the newer version, or choose another database with --database.",
        StoreError::Database(_) if database.starts_with("postgres") => {
            "Check that the server runs and takes this user, and that the database exists: `createdb placet` makes it. The \
             password may stand in the address, in PGPASSWORD or in ~/.pgpass."
        }
        StoreError::Database(_) => {
            "Check that the directory exists, that this user may write there and that the disk has room; \
             or choose another file with --database sqlite:FILE."
        }
    };
    let database = database.parse::<Address>().map_or_else(|_| String::new(), |address| format!(" {address}"));
    Failure::new(format!("cannot use the database{database}: {error}")).help(help)
}

/// Waits for the signal to stop: Ctrl-C, or SIGTERM. From this call on, not from its first waiting, neither ends the process.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
