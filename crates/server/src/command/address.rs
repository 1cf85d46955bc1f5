//! The addresses that people write on the command line.

use url::Url;

/// Reads an address that browsers can use. A directory's address ends with a slash.
///
/// # Errors
/// What to write instead.
pub fn web_address(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("write the whole address, beginning with https://".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("leave out what follows ? or #".into());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Reads the address of a region hint: a whole one, or a path on the host of `placet.js`.
///
/// # Errors
/// What to write instead.
pub fn hint_address(text: &str) -> Result<String, String> {
    if text.starts_with('/') && !text.starts_with("//") {
        return Ok(text.to_owned());
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url.to_string()),
        _ => {
            Err("write a whole address such as https://consent.shop.example/v1/region, or a path such as /v1/region"
                .into())
        }
    }
}
