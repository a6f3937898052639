//! A soft blur: three box blurs in a row, which come within three percent of a Gaussian at a cost that does not depend
//! on the radius (Kovesi, "Fast almost-Gaussian filtering", 2010).

/// Blurs a mask of rows of `width` with a standard deviation of `radius` pixels.
pub(crate) fn soften(mask: &mut [f32], width: usize, radius: f32) {
    if radius <= 0.0 || width == 0 || mask.is_empty() {
        return;
    }
    // Three boxes of side d have the variance of a Gaussian of sigma where d² = 4σ² + 1.
    let reach = (((4.0 * radius * radius + 1.0).sqrt() - 1.0) / 2.0).round().max(1.0) as usize;
    let height = mask.len() / width;
    let mut line = vec![0.0; width.max(height)];
    for row in mask.chunks_exact_mut(width) {
        for _ in 0..3 {
            let line = &mut line[..width];
            line.copy_from_slice(row);
            average(line, reach, |x, value| row[x] = value);
        }
    }
    // Columns are blurred as sums of whole rows, which the processor adds many at a time.
    let mut other = vec![0.0; mask.len()];
    for _ in 0..3 {
        average_rows(mask, &mut other, width, reach);
        mask.copy_from_slice(&other);
    }
}

fn average(line: &[f32], reach: usize, mut put: impl FnMut(usize, f32)) {
    let share = 1.0 / (2 * reach + 1) as f32;
    // Summed in f64: a running sum in f32 leaves a trace of everything that went through it.
    let mut sum: f64 = line.iter().take(reach).map(|v| f64::from(*v)).sum();
    for x in 0..line.len() {
        sum += line.get(x + reach).map_or(0.0, |v| f64::from(*v));
        if let Some(gone) = x.checked_sub(reach + 1) {
            sum -= f64::from(line[gone]);
        }
        put(x, (sum as f32 * share).clamp(0.0, 1.0));
    }
}

fn average_rows(from: &[f32], to: &mut [f32], width: usize, reach: usize) {
    let share = 1.0 / (2 * reach + 1) as f32;
    let height = from.len() / width;
    let row = |y: usize| &from[y * width..(y + 1) * width];
    let mut sums = vec![0.0f64; width];
    let add = |sums: &mut [f64], row: &[f32], sign: f64| {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += sign * f64::from(*value);
        }
    };
    for y in 0..reach.min(height) {
        add(&mut sums, row(y), 1.0);
    }
    for (y, out) in to.chunks_exact_mut(width).enumerate() {
        if y + reach < height {
            add(&mut sums, row(y + reach), 1.0);
        }
        if let Some(gone) = y.checked_sub(reach + 1) {
            add(&mut sums, row(gone), -1.0);
        }
        for (value, sum) in out.iter_mut().zip(&sums) {
            *value = (*sum as f32 * share).clamp(0.0, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_the_whole_and_spreads_it_evenly() {
        let (width, height) = (81, 81);
        let mut mask = vec![0.0; width * height];
        mask[40 * width + 40] = 1.0;
        soften(&mut mask, width, 6.0);
        let sum: f32 = mask.iter().sum();
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        assert!((mask[40 * width + 30] - mask[30 * width + 40]).abs() < 1e-6);
        assert!((mask[40 * width + 30] - mask[40 * width + 50]).abs() < 1e-6);
        assert!(mask[40 * width + 40] > mask[40 * width + 46]);
    }

    #[test]
    fn a_blur_wider_than_the_mask_does_no_harm() {
        let mut mask = vec![1.0; 12];
        soften(&mut mask, 4, 64.0);
        assert!(mask.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
